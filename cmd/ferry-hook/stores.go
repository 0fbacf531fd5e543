package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// stores are the addresses of the stores of a release, by the names of their providers.
type stores map[string]string

func addStoreFlag(cmd *cobra.Command, s *stores) {
	cmd.Flags().StringToStringVar((*map[string]string)(s), "store", nil,
		"`NAME=URL` of a provider's store; once for each. Its keys are in FERRY_STORE_<NAME>_ACCESS_KEY and _SECRET_KEY")
}

// opener opens the stores of a cutover: those that its Job names, and one that only the manifest in force
// has any more, with the keys that are in the cluster.
type opener struct {
	program

	stores stores
	config *config.Config
	client kube.Client
	// releases are the manifest in force and the one to come.
	releases []*release.Release
}

func (o opener) open(ctx context.Context, provider string) (mirror.Store, error) {
	return o.openAt(ctx, provider, o.address(provider))
}

// through opens what the alias leads to with the keys of a store, whose certificate would not name the alias.
func (o opener) through(ctx context.Context, provider string) (mirror.Store, error) {
	if !strings.HasPrefix(o.address(provider), "http://") {
		return nil, nil
	}
	alias := o.config.Spec.ObjectStorage.Alias
	return o.openAt(ctx, provider, "http://"+net.JoinHostPort(alias.Name, strconv.Itoa(int(alias.Port))))
}

// openAt opens an address with the keys of a provider.
func (o opener) openAt(ctx context.Context, provider, url string) (mirror.Store, error) {
	if url == "" || o.getenv(side{role: "store_" + provider}.variable("access-key")) == "" && o.stores[provider] == "" {
		return o.openInForce(ctx, provider, url)
	}
	store, err := o.program.open(side{
		role: "store_" + provider, field: "--store=" + provider, url: url, region: o.config.Spec.ObjectStorage.Region, trusted: o.config.Spec.CABundle,
		keys: providerKeys(o.config.Metadata.Name, provider),
	})
	if err != nil {
		return nil, err // not a nil store in an interface
	}
	return store, nil
}

// address is where the store of a provider is: as the Job says, else as the manifests do.
func (o opener) address(provider string) string {
	if url := o.stores[provider]; url != "" {
		return url
	}
	for _, r := range o.releases {
		if r == nil || r.Provider(provider) == nil {
			continue
		}
		if url := r.Provider(provider).URL(); url != "" {
			return url
		}
	}
	return ""
}

// openAs opens a store with other keys than its own.
func (o opener) openAs(_ context.Context, provider string, keys cutover.Keys) (mirror.Store, error) {
	return o.openWith(o.address(provider), keys.AccessKey, keys.SecretKey)
}

// openWith opens a store with keys that no variable has.
func (o opener) openWith(url, accessKey, secretKey string) (*s3http.Store, error) {
	return s3http.Open(s3.Endpoint{
		URL: url, Region: o.config.Spec.ObjectStorage.Region, AccessKey: accessKey, SecretKey: s3.Secret(secretKey),
		CABundle: []byte(o.config.Spec.CABundle), Proxy: http.ProxyFromEnvironment,
	})
}

// openInForce opens a store of the manifest in force, at an address or where it is by that.
func (o opener) openInForce(ctx context.Context, provider, url string) (mirror.Store, error) {
	var p *release.Provider
	if o.releases[0] != nil {
		p = o.releases[0].Provider(provider)
	}
	if p == nil || p.URL() == "" {
		return nil, cli.Refused.Errorf("the address of %s is not known (known: %s)", provider, strings.Join(slices.Sorted(maps.Keys(o.stores)), ", ")).
			WithHint("--store=%s=http://HOST:PORT", provider)
	}
	accessKey, err := o.value(ctx, p.Credentials.AccessKey)
	if err != nil {
		return nil, err
	}
	secretKey, err := o.value(ctx, p.Credentials.SecretKey)
	if err != nil {
		return nil, err
	}
	return o.openWith(cmp.Or(url, p.URL()), accessKey, secretKey)
}

// value reads one credential from where the manifest has it.
func (o opener) value(ctx context.Context, source release.Source) (string, error) {
	if source.Secret == "" {
		return source.Literal, nil
	}
	secret, err := o.client.CoreV1().Secrets(o.client.Namespace).Get(ctx, source.Secret, meta.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("get Secret/%s in %s: %w", source.Secret, o.client.Namespace, err)
	}
	return string(secret.Data[source.Key]), nil
}

// withStores lets a cutover open stores.
func (p program) withStores(w cutover.World, s stores, situation hooks.Situation) cutover.World {
	o := opener{program: p, stores: s, config: w.Config, client: w.Client, releases: []*release.Release{situation.Current.Release, situation.Next.Release}}
	w.Open, w.OpenAs, w.Through = o.open, o.openAs, o.through
	return w
}
