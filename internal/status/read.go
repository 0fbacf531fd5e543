package status

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
)

// ErrNone says that a release has nothing of Ferry's.
var ErrNone = errors.New("nothing in it is of Ferry")

// configSelector finds the configurations of releases, and releaseAnnotation tells of which they are.
const (
	configSelector    = "helm-ferry.dev/config=true"
	releaseAnnotation = "meta.helm.sh/release-name"
	guardAnnotation   = "helm-ferry.dev/guard"
)

// Read looks at a release, or at all of the namespace that have Ferry's objects if it is "". The
// time is when the age of copies counts from; forward leads to the pods of stores.
func Read(ctx context.Context, client kube.Client, release string, now time.Time, forward Forward) ([]Status, error) {
	configs, err := client.CoreV1().ConfigMaps(client.Namespace).List(ctx, meta.ListOptions{LabelSelector: configSelector})
	if err != nil {
		return nil, fmt.Errorf("list the configurations in %s: %w", client.Namespace, err)
	}
	found := []Status{}
	for _, configMap := range configs.Items {
		name := configMap.Annotations[releaseAnnotation]
		if name == "" || release != "" && name != release {
			continue
		}
		s, err := read(ctx, client, name, configMap, now, forward)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	if release != "" && len(found) == 0 {
		return nil, fmt.Errorf("release %s in %s: %w", release, client.Namespace, ErrNone)
	}
	return found, nil
}

func read(ctx context.Context, client kube.Client, release string, configMap core.ConfigMap, now time.Time, forward Forward) (Status, error) {
	s := Status{
		Release: release, Namespace: client.Namespace, Guard: configMap.Annotations[guardAnnotation],
		Stores: []Store{}, Mirrors: []Mirror{}, Problems: []Problem{},
	}
	cfg, err := config.Load("ConfigMap/"+configMap.Name, []byte(configMap.Data["ferry.yaml"]))
	if err != nil {
		return s, err
	}
	history, err := revision.Read(ctx, client, release)
	if err != nil {
		return s, err
	}
	if r := history.InForce; r != nil {
		s.Revision, s.State = r.Number, r.Status
	}
	if r := history.ToCome; r != nil {
		s.Pending = fmt.Sprintf("revision %d is %s", r.Number, r.Status)
		s.Problems = append(s.Problems, Pending(history))
	}
	manifest, err := hooks.InForce(history.InForce, cfg)
	if err != nil {
		return s, err
	}
	if s.Active, err = hooks.Selected(ctx, client, cfg); err != nil {
		return s, err
	}
	if s.Active == "" || manifest.Unmarked() {
		s.Active = manifest.Active
	}
	if err := s.stores(ctx, client, cfg, manifest); err != nil {
		return s, err
	}
	if err := s.credentials(ctx, client, cfg, manifest, forward); err != nil {
		return s, err
	}
	if err := s.migration(ctx, client, cfg.Metadata.Name); err != nil {
		return s, err
	}
	if err := s.mirrors(ctx, client, cfg, now); err != nil {
		return s, err
	}
	s.Problems = append(s.Problems, s.problems()...)
	return s, nil
}

// stores looks at the alias and at what it may select.
func (s *Status) stores(ctx context.Context, client kube.Client, cfg *config.Config, manifest hooks.Manifest) error {
	s.Alias.Name = cfg.Spec.ObjectStorage.Alias.Name
	service, err := client.CoreV1().Services(client.Namespace).Get(ctx, s.Alias.Name, meta.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return fmt.Errorf("get Service/%s: %w", s.Alias.Name, err)
	default:
		s.Alias.Provider = service.Labels["helm-ferry.dev/provider"]
		s.Alias.Selector = labels.SelectorFromSet(service.Spec.Selector).String()
		if s.Alias.Ready, err = ready(ctx, client, s.Alias.Name); err != nil {
			return err
		}
	}
	for _, p := range manifest.Release.Providers {
		store := Store{Provider: p.Name(), Endpoint: p.Endpoint}
		if p.Service != nil {
			store.Service = p.Service.Name
			if store.Ready, err = ready(ctx, client, p.Service.Name); err != nil {
				return err
			}
		}
		s.Stores = append(s.Stores, store)
	}
	return nil
}

// ready counts the ready endpoints of a Service.
func ready(ctx context.Context, client kube.Client, service string) (int, error) {
	found, err := client.DiscoveryV1().EndpointSlices(client.Namespace).List(ctx, meta.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
	if err != nil {
		return 0, fmt.Errorf("list the endpoints of Service/%s: %w", service, err)
	}
	var addresses []string
	for _, slice := range found.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	slices.Sort(addresses)
	return len(slices.Compact(addresses)), nil
}
