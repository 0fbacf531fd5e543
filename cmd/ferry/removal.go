package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/kube"
)

// removal is what ferry remove prints.
type removal struct {
	// Removed are the objects, as Kind/name.
	Removed []string `json:"removed"`
	DryRun  bool     `json:"dryRun,omitempty"`
}

// Table has a row for each object.
func (r removal) Table() cli.Table {
	table := cli.Table{Header: []string{"OBJECT", "STATE"}}
	state := "deleted"
	if r.DryRun {
		state = "would be deleted"
	}
	for _, object := range r.Removed {
		table.Rows = append(table.Rows, []string{object, state})
	}
	return table
}

// collection is all that a namespace has of a kind.
type collection struct {
	kind   string
	list   func(ctx context.Context, options meta.ListOptions) (runtime.Object, error)
	remove func(ctx context.Context, name string, options meta.DeleteOptions) error
}

// lister is the part of a typed client that is needed.
type lister[L runtime.Object] interface {
	List(ctx context.Context, options meta.ListOptions) (L, error)
	Delete(ctx context.Context, name string, options meta.DeleteOptions) error
}

func collect[L runtime.Object](kind string, client lister[L]) collection {
	return collection{
		kind: kind,
		list: func(ctx context.Context, options meta.ListOptions) (runtime.Object, error) {
			return client.List(ctx, options)
		},
		remove: client.Delete,
	}
}

// collections are the kinds that Ferry adds, those first that start or use others.
func collections(client kube.Client) []collection {
	in := client.Namespace
	return []collection{
		collect("CronJob", client.BatchV1().CronJobs(in)), collect("Job", client.BatchV1().Jobs(in)),
		collect("Service", client.CoreV1().Services(in)), collect("RoleBinding", client.RbacV1().RoleBindings(in)),
		collect("Role", client.RbacV1().Roles(in)), collect("ServiceAccount", client.CoreV1().ServiceAccounts(in)),
		collect("Secret", client.CoreV1().Secrets(in)), collect("ConfigMap", client.CoreV1().ConfigMaps(in)),
	}
}

// removeObjects deletes what Ferry has added for a configuration's metadata.name.
func removeObjects(ctx context.Context, client kube.Client, name string, dryRun bool) (removal, error) {
	result := removal{Removed: []string{}, DryRun: dryRun}
	background := meta.DeletePropagationBackground
	for _, c := range collections(client) {
		list, err := c.list(ctx, meta.ListOptions{LabelSelector: "app.kubernetes.io/part-of=ferry,helm-ferry.dev/name=" + name})
		if err != nil {
			return result, fmt.Errorf("list the %ss of Ferry: %w", c.kind, err)
		}
		names, err := namesIn(list)
		if err != nil {
			return result, fmt.Errorf("list the %ss of Ferry: %w", c.kind, err)
		}
		for _, object := range names {
			if !dryRun {
				err = c.remove(ctx, object, meta.DeleteOptions{PropagationPolicy: &background})
			}
			if err != nil && !apierrors.IsNotFound(err) {
				return result, fmt.Errorf("delete %s/%s: %w", c.kind, object, err)
			}
			result.Removed = append(result.Removed, c.kind+"/"+object)
		}
	}
	return result, nil
}

// namesIn are the names of the objects in a list.
func namesIn(list runtime.Object) ([]string, error) {
	var names []string
	err := apimeta.EachListItem(list, func(o runtime.Object) error {
		object, err := apimeta.Accessor(o)
		if err == nil {
			names = append(names, object.GetName())
		}
		return err
	})
	return names, err
}
