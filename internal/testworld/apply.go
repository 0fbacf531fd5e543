package testworld

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// Apply applies every document of manifests on the server's side. Objects that
// name no namespace go into the given one. It tries all and joins the errors,
// each of which names its document and object.
func (c Cluster) Apply(ctx context.Context, namespace string, manifests []byte) error {
	return c.apply(ctx, namespace, manifests, metav1.ApplyOptions{FieldManager: "ferry-test", Force: true})
}

// DryRun is Apply without effect: the server defaults, validates and admits
// every object, and stores none. What one document creates, the next one does
// not find.
func (c Cluster) DryRun(ctx context.Context, namespace string, manifests []byte) error {
	return c.apply(ctx, namespace, manifests, metav1.ApplyOptions{
		FieldManager: "ferry-test", Force: true, DryRun: []string{metav1.DryRunAll},
	})
}

func (c Cluster) apply(ctx context.Context, namespace string, manifests []byte, options metav1.ApplyOptions) error {
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		return err
	}
	kinds, err := discovery.NewDiscoveryClientForConfig(c.Config)
	if err != nil {
		return err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(kinds))
	objects, err := parse(manifests)
	errs := []error{err}
	for _, o := range objects {
		target, err := resource(client, mapper, o.object, namespace)
		if err == nil {
			_, err = target.Apply(ctx, o.object.GetName(), o.object, options)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("document %d, %s %s: %w", o.document, o.object.GetKind(), o.object.GetName(), err))
		}
	}

	return errors.Join(errs...)
}

// resource finds where the object lives on the server.
func resource(
	client dynamic.Interface, mapper meta.RESTMapper, object *unstructured.Unstructured, namespace string,
) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	all := client.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return all, nil
	}
	if own := object.GetNamespace(); own != "" {
		namespace = own
	}

	return all.Namespace(namespace), nil
}

// numbered is an object and the document, counted from 1, that holds it.
type numbered struct {
	document int
	object   *unstructured.Unstructured
}

// parse reads a stream of YAML documents. It passes over empty ones, opens
// lists, and returns what it could read along with the errors.
func parse(manifests []byte) ([]numbered, error) {
	var objects []numbered
	var errs []error
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifests)))
	for document := 1; ; document++ {
		content, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, errors.Join(errs...)
		}
		if err != nil {
			return objects, errors.Join(append(errs, fmt.Errorf("document %d: %w", document, err))...)
		}
		found, err := parseDocument(content)
		if err != nil {
			errs = append(errs, fmt.Errorf("document %d: %w", document, err))
		}
		for _, object := range found {
			objects = append(objects, numbered{document: document, object: object})
		}
	}
}

func parseDocument(content []byte) ([]*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(content, &object.Object); err != nil {
		return nil, err
	}
	switch {
	case len(object.Object) == 0:
		return nil, nil
	case object.GetKind() == "" || object.GetAPIVersion() == "":
		return nil, errors.New("kind or apiVersion is missing")
	case !object.IsList():
		return []*unstructured.Unstructured{object}, nil
	}
	var items []*unstructured.Unstructured
	err := object.EachListItem(func(item runtime.Object) error {
		if u, ok := item.(*unstructured.Unstructured); ok {
			items = append(items, u)
		}

		return nil
	})

	return items, err
}
