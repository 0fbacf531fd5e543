package testworld

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// RunJobs does for the Jobs of a namespace what nodes and the Job controller
// would, until ctx ends: it runs a program on this machine, in place of the
// image, with the arguments of the Job, the files of the ConfigMaps and Secrets
// that its pod mounts, the environment that the pod takes from Secrets, and a
// kubeconfig of the pod's ServiceAccount, and says how it ended. Jobs run side by
// side. env is added to what each program sees. RunJobs returns what they said.
func (c Cluster) RunJobs(ctx context.Context, namespace, program string, env ...string) (string, error) {
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return "", err
	}
	log := &syncLog{}
	begun := map[types.UID]bool{}
	var running sync.WaitGroup
	err = follow(ctx, client.BatchV1().Jobs(namespace).Watch, func(job *batch.Job) {
		if begun[job.UID] || len(job.Status.Conditions) > 0 || job.DeletionTimestamp != nil {
			return
		}
		begun[job.UID] = true
		running.Go(func() { c.finishJob(ctx, client, job, program, env, log) })
	})
	running.Wait()

	return log.String(), err
}

// BindClaims says of the claims of a namespace that they are bound, as their controller would, until ctx ends.
func (c Cluster) BindClaims(ctx context.Context, namespace string) error {
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return err
	}
	claims := client.CoreV1().PersistentVolumeClaims(namespace)

	return follow(ctx, claims.Watch, func(claim *core.PersistentVolumeClaim) {
		if claim.Status.Phase == core.ClaimBound || claim.DeletionTimestamp != nil {
			return
		}
		claim.Status.Phase = core.ClaimBound
		_, _ = claims.UpdateStatus(ctx, claim, meta.UpdateOptions{}) // one that has changed meanwhile comes again
	})
}

// follow calls seen for each object there is, and again whenever one changes, until ctx ends or nothing can be
// watched for long.
func follow[T runtime.Object](ctx context.Context, start func(context.Context, meta.ListOptions) (apiwatch.Interface, error), seen func(T)) error {
	for failures := 0; ctx.Err() == nil; {
		w, err := start(ctx, meta.ListOptions{})
		if err != nil {
			if failures++; failures == 100 && ctx.Err() == nil {
				return err
			}
			time.Sleep(100 * time.Millisecond)

			continue
		}
		failures = 0
		for event := range w.ResultChan() {
			if o, is := event.Object.(T); is && event.Type != apiwatch.Deleted {
				seen(o)
			}
		}
	}

	return nil
}

// syncLog takes what programs write side by side.
type syncLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *syncLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.Write(p)
}

func (l *syncLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.String()
}

// finishJob runs a Job's program and says how the Job ended. What goes wrong is in the log.
func (c Cluster) finishJob(
	ctx context.Context, client kubernetes.Interface, job *batch.Job, program string, env []string, log *syncLog,
) {
	ran := c.runJob(ctx, client, job, program, env, log)
	if ctx.Err() != nil {
		return
	}
	if _, failed := errors.AsType[*exec.ExitError](ran); ran != nil && !failed {
		fmt.Fprintln(log, ran)
	}
	if err := FinishJob(ctx, client, job, ran == nil); err != nil {
		fmt.Fprintln(log, err)
	}
}

func (c Cluster) runJob(
	ctx context.Context, client kubernetes.Interface, job *batch.Job, program string, env []string, log *syncLog,
) error {
	folder, err := os.MkdirTemp("", "ferry-job-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	pod := job.Spec.Template.Spec
	args, err := mount(ctx, client, job, folder)
	if err != nil {
		return err
	}
	variables, err := variablesOf(ctx, client, job)
	if err != nil {
		return err
	}
	account, err := c.As(ctx, job.Namespace, pod.ServiceAccountName)
	if err != nil {
		return err
	}
	kubeconfig := filepath.Join(folder, "kubeconfig")
	if err := writeKubeconfig(account, job.Namespace, kubeconfig); err != nil {
		return err
	}
	run := exec.CommandContext(ctx, program, args...)
	run.Env = slices.Concat([]string{"KUBECONFIG=" + kubeconfig}, variables, env)
	run.Stdout, run.Stderr = log, log

	return run.Run()
}

// mount writes what the pod of a Job mounts below folder, and returns the Job's
// arguments with the paths that the files have there.
func mount(ctx context.Context, client kubernetes.Interface, job *batch.Job, folder string) ([]string, error) {
	pod := job.Spec.Template.Spec
	args := slices.Clone(pod.Containers[0].Args)
	for _, volume := range pod.Volumes {
		files, err := filesOf(ctx, client, job.Namespace, volume)
		if err != nil {
			return nil, err
		}
		place := filepath.Join(folder, volume.Name)
		if err := os.Mkdir(place, 0o700); err != nil {
			return nil, err
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(place, file), text, 0o600); err != nil {
				return nil, err
			}
		}
		for _, m := range pod.Containers[0].VolumeMounts {
			for i := range args {
				if m.Name == volume.Name {
					args[i] = strings.ReplaceAll(args[i], m.MountPath+"/", place+"/")
				}
			}
		}
	}

	return args, nil
}

// filesOf are the files of a volume that is a ConfigMap or a Secret.
func filesOf(ctx context.Context, client kubernetes.Interface, namespace string, volume core.Volume) (map[string][]byte, error) {
	switch {
	case volume.ConfigMap != nil:
		mounted, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, volume.ConfigMap.Name, meta.GetOptions{})
		if err != nil {
			return nil, err
		}
		files := map[string][]byte{}
		for file, text := range mounted.Data {
			files[file] = []byte(text)
		}

		return files, nil
	case volume.Secret != nil:
		mounted, err := client.CoreV1().Secrets(namespace).Get(ctx, volume.Secret.SecretName, meta.GetOptions{})
		if err != nil {
			return nil, err
		}

		return mounted.Data, nil
	}

	return nil, nil
}

// variablesOf is the environment of a Job's container, as far as it is written
// down or comes from Secrets.
func variablesOf(ctx context.Context, client kubernetes.Interface, job *batch.Job) ([]string, error) {
	var variables []string
	for _, v := range job.Spec.Template.Spec.Containers[0].Env {
		if v.ValueFrom == nil {
			variables = append(variables, v.Name+"="+v.Value)

			continue
		}
		key := v.ValueFrom.SecretKeyRef
		if key == nil {
			continue
		}
		secret, err := client.CoreV1().Secrets(job.Namespace).Get(ctx, key.Name, meta.GetOptions{})
		optional := key.Optional != nil && *key.Optional
		switch {
		case err != nil && (!optional || !apierrors.IsNotFound(err)):
			return nil, err
		case err == nil && secret.Data[key.Key] != nil:
			variables = append(variables, v.Name+"="+string(secret.Data[key.Key]))
		case !optional:
			return nil, fmt.Errorf("no key in Secret/%s is called %s", key.Name, key.Key)
		}
	}

	return variables, nil
}

// writeKubeconfig writes a file by which clients become who config is.
func writeKubeconfig(config *rest.Config, namespace, file string) error {
	return clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"ferry": {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*api.AuthInfo{"account": {Token: config.BearerToken}},
		Contexts:       map[string]*api.Context{"ferry": {Cluster: "ferry", AuthInfo: "account", Namespace: namespace}},
		CurrentContext: "ferry",
	}, file)
}

// FinishJob says of a Job that it has succeeded or failed, as its controller
// would.
func FinishJob(ctx context.Context, client kubernetes.Interface, job *batch.Job, succeeded bool) error {
	now := meta.Now()
	status := batch.JobStatus{StartTime: &now, UncountedTerminatedPods: &batch.UncountedTerminatedPods{}}
	if succeeded {
		status.Succeeded, status.CompletionTime = 1, &now
		status.Conditions = []batch.JobCondition{
			{Type: batch.JobSuccessCriteriaMet, Status: core.ConditionTrue}, {Type: batch.JobComplete, Status: core.ConditionTrue},
		}
	} else {
		status.Failed = 1
		status.Conditions = []batch.JobCondition{
			{Type: batch.JobFailureTarget, Status: core.ConditionTrue, Reason: "BackoffLimitExceeded"},
			{Type: batch.JobFailed, Status: core.ConditionTrue, Reason: "BackoffLimitExceeded"},
		}
	}
	job.Status = status
	if _, err := client.BatchV1().Jobs(job.Namespace).UpdateStatus(ctx, job, meta.UpdateOptions{}); err != nil {
		return fmt.Errorf("finish Job %s/%s: %w", job.Namespace, job.Name, err)
	}

	return nil
}
