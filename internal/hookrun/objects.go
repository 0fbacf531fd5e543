package hookrun

import (
	"context"
	"fmt"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// goneDeadline bounds the wait until an object from before is gone.
const goneDeadline = 2 * time.Minute

// decode reads the object of a document.
func decode(document *manifest.Document) (runtime.Object, error) {
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document.Bytes(), nil, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", document.Title(), err)
	}
	return object, nil
}

// access is what is done with the objects of one kind.
type access struct {
	title  string
	create func(ctx context.Context) error
	remove func(ctx context.Context) error
	exists func(ctx context.Context) (bool, error)
}

// typed are the verbs of a client for one kind.
type typed[T any] interface {
	Create(ctx context.Context, object T, options meta.CreateOptions) (T, error)
	Delete(ctx context.Context, name string, options meta.DeleteOptions) error
	Get(ctx context.Context, name string, options meta.GetOptions) (T, error)
}

func accessOf(client kube.Client, object runtime.Object) (access, error) {
	switch o := object.(type) {
	case *core.ServiceAccount:
		return through(client.CoreV1().ServiceAccounts(client.Namespace), "ServiceAccount", o.Name, o), nil
	case *core.ConfigMap:
		return through(client.CoreV1().ConfigMaps(client.Namespace), "ConfigMap", o.Name, o), nil
	case *core.Secret:
		return through(client.CoreV1().Secrets(client.Namespace), "Secret", o.Name, o), nil
	case *rbac.Role:
		return through(client.RbacV1().Roles(client.Namespace), "Role", o.Name, o), nil
	case *rbac.RoleBinding:
		return through(client.RbacV1().RoleBindings(client.Namespace), "RoleBinding", o.Name, o), nil
	case *batch.Job:
		a := through(client.BatchV1().Jobs(client.Namespace), "Job", o.Name, o)
		a.exists = withPods(client, o.Name, a.exists)
		return a, nil
	}
	return access{}, fmt.Errorf("a hook of kind %s cannot be run from here", object.GetObjectKind().GroupVersionKind().Kind)
}

func through[T any](client typed[T], kind, name string, object T) access {
	background := meta.DeletePropagationBackground
	return access{
		title: kind + "/" + name,
		create: func(ctx context.Context) error {
			_, err := client.Create(ctx, object, meta.CreateOptions{FieldManager: "ferry"})
			return err
		},
		remove: func(ctx context.Context) error {
			err := client.Delete(ctx, name, meta.DeleteOptions{PropagationPolicy: &background})
			if apierrors.IsNotFound(err) {
				return nil
			}
			return err
		},
		exists: func(ctx context.Context) (bool, error) {
			_, err := client.Get(ctx, name, meta.GetOptions{})
			if apierrors.IsNotFound(err) {
				return false, nil
			}
			return err == nil, err
		},
	}
}

// withPods takes a Job for gone once its pods are: what they do has ended then.
func withPods(client kube.Client, job string, exists func(context.Context) (bool, error)) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		there, err := exists(ctx)
		if there || err != nil {
			return there, err
		}
		pods, err := podsOf(ctx, client, job)
		return len(pods) > 0, err
	}
}

func podsOf(ctx context.Context, client kube.Client, job string) ([]core.Pod, error) {
	pods, err := client.CoreV1().Pods(client.Namespace).List(ctx, meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
	if err != nil {
		return nil, err
	}
	return pods.Items, nil
}

// replace makes an object, in the place of the one from before.
func (a access) replace(ctx context.Context, interval time.Duration) error {
	if err := a.clear(ctx, interval); err != nil {
		return err
	}
	if err := a.create(ctx); err != nil {
		return fmt.Errorf("create %s: %w", a.title, err)
	}
	return nil
}

// clear deletes an object and waits until it is gone.
func (a access) clear(ctx context.Context, interval time.Duration) error {
	if err := a.remove(ctx); err != nil {
		return fmt.Errorf("delete %s: %w", a.title, err)
	}
	ctx, cancel := context.WithTimeout(ctx, goneDeadline)
	defer cancel()
	for {
		there, err := a.exists(ctx)
		if err != nil {
			return fmt.Errorf("get %s: %w", a.title, err)
		}
		if !there {
			return nil
		}
		if err := pause(ctx, interval); err != nil {
			return fmt.Errorf("wait until %s from before is gone: %w", a.title, err)
		}
	}
}

func pause(ctx context.Context, interval time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(interval):
		return nil
	}
}
