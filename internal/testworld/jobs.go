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
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// RunJobs does for the Jobs of a namespace what a node and the Job controller
// would, until ctx ends: it runs a program on this machine, in place of the
// image, with the arguments of the Job, the files of the ConfigMap that its pod
// mounts, and a kubeconfig of the pod's ServiceAccount, and says how it ended. It
// returns what the programs said.
func (c Cluster) RunJobs(ctx context.Context, namespace, program string) (string, error) {
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return "", err
	}
	var log bytes.Buffer
	for {
		jobs, err := client.BatchV1().Jobs(namespace).List(ctx, meta.ListOptions{})
		for i := 0; err == nil && i < len(jobs.Items); i++ {
			job := &jobs.Items[i]
			if len(job.Status.Conditions) > 0 || job.DeletionTimestamp != nil {
				continue
			}
			ran := c.runJob(ctx, client, job, program, &log)
			if _, failed := errors.AsType[*exec.ExitError](ran); ran != nil && !failed {
				fmt.Fprintln(&log, ran)
			}
			err = FinishJob(ctx, client, job, ran == nil)
		}
		select {
		case <-ctx.Done():
			return log.String(), nil
		case <-time.After(100 * time.Millisecond):
			if err != nil {
				fmt.Fprintln(&log, err)
			}
		}
	}
}

func (c Cluster) runJob(ctx context.Context, client kubernetes.Interface, job *batch.Job, program string, log *bytes.Buffer) error {
	folder, err := os.MkdirTemp("", "ferry-job-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	pod := job.Spec.Template.Spec
	args := slices.Clone(pod.Containers[0].Args)
	for _, volume := range pod.Volumes {
		if volume.ConfigMap == nil {
			continue
		}
		mounted, err := client.CoreV1().ConfigMaps(job.Namespace).Get(ctx, volume.ConfigMap.Name, meta.GetOptions{})
		if err != nil {
			return err
		}
		for file, text := range mounted.Data {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				return err
			}
		}
		for i, arg := range args {
			args[i] = strings.ReplaceAll(arg, pod.Containers[0].VolumeMounts[0].MountPath, folder)
		}
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
	run.Env = []string{"KUBECONFIG=" + kubeconfig}
	run.Stdout, run.Stderr = log, log
	return run.Run()
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
