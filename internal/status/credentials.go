package status

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/portforward"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// Forward opens a way to a port of a pod, which lasts until the context ends, and returns the address of
// its end here.
type Forward func(ctx context.Context, client kube.Client, target portforward.Target) (string, error)

// tryTime bounds the attempt to open a store.
const tryTime = 20 * time.Second

// Answers to whether a store accepts credentials, beside those that begin with notTried.
const (
	accepted = "accepted"
	refused  = "refused"
	notTried = "not tried: "
)

// The keys of the Secret that consumers read.
const (
	accessKey = "access-key"
	secretKey = "secret-key"
)

// credentials tries the Secret that consumers read on the store that they use, and looks for keys that
// they take and it has not.
func (s *Status) credentials(ctx context.Context, client kube.Client, cfg *config.Config, m hooks.Manifest, forward Forward) error {
	name := cfg.CredentialsSecret()
	secret, err := client.CoreV1().Secrets(client.Namespace).Get(ctx, name, meta.GetOptions{})
	unseen := apierrors.IsForbidden(err)
	switch {
	case unseen || apierrors.IsNotFound(err):
		secret = nil
	case err != nil:
		return fmt.Errorf("get Secret/%s in %s: %w", name, client.Namespace, err)
	}
	for i := range s.Stores {
		store := &s.Stores[i]
		if store.Provider != s.Active {
			store.Credentials = notTried + "consumers do not use it"
			continue
		}
		if unseen {
			store.Credentials = notTried + "Secret/" + name + " may not be read from here"
			continue
		}
		a := attempt{
			client: client, secret: name, keys: secret, provider: m.Release.Provider(s.Active),
			region: cfg.Spec.ObjectStorage.Region, forward: forward,
		}
		var problem *Problem
		store.Credentials, problem = a.judge(ctx)
		if problem != nil {
			s.Problems = append(s.Problems, *problem)
		}
	}
	if unseen {
		return nil
	}
	s.Problems = append(s.Problems, lacking(m.Release.Consumers, name, secret)...)
	return nil
}

// lacking says which consumers take keys that the Secret has not.
func lacking(consumers []*release.Consumer, name string, secret *core.Secret) []Problem {
	var found []Problem
	for _, c := range consumers {
		keys := release.KeysOf(c.Workload, name)
		if len(keys) == 0 {
			continue
		}
		if secret == nil {
			found = append(found, Problem{
				fmt.Sprintf("%s reads Secret/%s, which is not there: its pods do not start", c.Workload.Title(), name),
				"upgrade by `ferry upgrade`, which adds it, or make it if it is spec.objectStorage.credentials.existingSecret",
			})
			continue
		}
		has := slices.Sorted(maps.Keys(secret.Data))
		keys = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(has, key) })
		if len(keys) > 0 {
			found = append(found, Problem{
				fmt.Sprintf("%s reads %s of Secret/%s, which has %s: its pods do not start",
					c.Workload.Title(), strings.Join(keys, ", "), name, strings.Join(has, ", ")),
				"add what is missing to the Secret, or name a key that it has in the env of the consumer",
			})
		}
	}
	return found
}

// attempt is one to open a store as its consumers do.
type attempt struct {
	client   kube.Client
	secret   string
	keys     *core.Secret
	provider *release.Provider
	region   string
	forward  Forward
}

// judge says whether the store accepts the keys, and what is wrong if it does not.
func (a attempt) judge(ctx context.Context) (string, *Problem) {
	if a.provider == nil {
		return notTried + "the revision in force does not have this store", nil
	}
	if a.keys == nil {
		return notTried + "there is no Secret/" + a.secret, nil
	}
	for _, key := range []string{accessKey, secretKey} {
		if len(a.keys.Data[key]) == 0 {
			return notTried + "Secret/" + a.secret + " has no " + key, nil
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, tryTime, fmt.Errorf("no answer within %s", tryTime))
	defer cancel()
	url, err := a.address(ctx)
	if err != nil {
		return notTried + oneLine(err), nil
	}
	store, err := s3http.Open(s3.Endpoint{
		URL: url, Region: a.region, AccessKey: string(a.keys.Data[accessKey]), SecretKey: s3.Secret(a.keys.Data[secretKey]),
	})
	if err == nil {
		_, err = store.Buckets(ctx)
	}
	switch {
	case err == nil:
		return accepted, nil
	case errors.Is(err, mirror.ErrDenied):
		return accepted + ", but they may not list the buckets", nil
	case errors.Is(err, mirror.ErrCredentials):
		name := a.provider.Name()
		return refused, &Problem{
			fmt.Sprintf("Secret/%s has credentials that %s does not accept, and consumers read it", a.secret, name),
			fmt.Sprintf("a store such as MinIO keeps the root credentials that it was first started with: "+
				"put those into the Secret, or set them anew on %s", name),
		}
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	return notTried + oneLine(err), nil
}

// oneLine is an error as a part of a row.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// address is where the store is reached from here.
func (a attempt) address(ctx context.Context) (string, error) {
	p := a.provider
	switch {
	case p.External():
		return p.Endpoint, nil
	case p.Service == nil:
		return "", errors.New("no Service selects it")
	case p.Scheme != "http":
		return "", fmt.Errorf("it speaks %s, and its certificate is for names inside of the cluster", p.Scheme)
	}
	target, err := a.target(ctx)
	if err != nil {
		return "", err
	}
	address, err := a.forward(ctx, a.client, target)
	return "http://" + address, err
}

// target is a ready pod of the store, with the port at which it serves S3.
func (a attempt) target(ctx context.Context) (portforward.Target, error) {
	service := a.provider.Service
	of := meta.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service.Name}
	found, err := a.client.DiscoveryV1().EndpointSlices(a.client.Namespace).List(ctx, of)
	if err != nil {
		return portforward.Target{}, fmt.Errorf("list the endpoints of Service/%s: %w", service.Name, err)
	}
	for _, slice := range found.Items {
		for _, port := range slice.Ports {
			if port.Port == nil || port.Name != nil && *port.Name != service.PortName {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
				if ref := endpoint.TargetRef; ready && ref != nil && ref.Kind == "Pod" {
					return portforward.Target{Pod: ref.Name, Port: *port.Port}, nil
				}
			}
		}
	}
	return portforward.Target{}, fmt.Errorf("no ready pod stands behind Service/%s", service.Name)
}
