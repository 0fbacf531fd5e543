package hooks

import (
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// Situation is all that a judgement rests on.
type Situation struct {
	// Release is the name of the release, "" if nothing tells it.
	Release string
	// Revision is the number of the revision to come, 0 if it is not known.
	Revision int
	// Rollback tells that the manifest to come is that of an earlier revision.
	Rollback bool
	// Unapplied tells that Helm was still at work on the revision that it calls in force when it ended: it
	// may have applied nothing of it.
	Unapplied bool
	// Unknown tells that nothing says what is in force and what is to come.
	Unknown bool
	// Prunes tells that Argo CD applies the manifest to come: it asks its own annotation whether an
	// object that leaves the manifest stays.
	Prunes bool
	// Current is the manifest in force, Next the one to come.
	Current, Next Manifest
	// Config is that of the manifest to come.
	Config *config.Config
	// Live is what the cluster has; nil if nobody asked it.
	Live *Live
	// Record proves that the objects of one store are in another; nil if there is none.
	Record *record.Record
	// Doubt says why a record that is there is none, "" if it is not.
	Doubt string
}

// Manifest is what one revision of a release renders.
type Manifest struct {
	Stream  *manifest.Stream
	Release *release.Release
	// Active is the provider that the configuration of the manifest chooses, "" for none.
	Active string
}

// Load reads a manifest in force, hooks included, and finds the stores and the claims in it, by the
// configuration that it carries itself, or by cfg if it carries none.
func Load(text string, cfg *config.Config) (Manifest, error) {
	stream, err := manifest.Parse([]byte(text))
	if err != nil {
		return Manifest{}, err
	}
	return Inspect(stream, ownConfig(stream, cfg))
}

// Inspect finds the stores and the claims in a manifest by this configuration, whatever the manifest
// carries.
func Inspect(stream *manifest.Stream, cfg *config.Config) (Manifest, error) {
	found, err := release.Inspect(stream, cfg)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{Stream: stream, Release: found}
	if m.empty() {
		return m, nil
	}
	// a manifest whose provider cannot be chosen was never rendered by Ferry
	if resolution, err := found.Resolve(cfg.Spec.ObjectStorage); err == nil {
		m.Active = name(resolution.Active)
	}
	return m, nil
}

// empty tells whether the manifest has nothing but hooks and what Ferry added, as the one before a first
// installation.
func (m Manifest) empty() bool { return len(m.Release.Objects) == 0 }

// ownConfig is the configuration that a manifest carries. One that this version cannot read is as
// good as none.
func ownConfig(stream *manifest.Stream, otherwise *config.Config) *config.Config {
	if o := configuration(stream); o != nil {
		if own, err := config.Load(o.Title(), []byte(o.String("data", "ferry.yaml"))); err == nil {
			return own
		}
	}
	return otherwise
}

// configuration is the ConfigMap with the configuration that a manifest was rendered by, nil if it carries none.
func configuration(stream *manifest.Stream) *manifest.Object {
	for _, o := range stream.Objects() {
		if o.Is("", "ConfigMap") && !o.Hook() && o.Labels()["helm-ferry.dev/config"] == "true" {
			return o
		}
	}
	return nil
}

// Alias is the provider that the alias Service of the manifest selects, "" if it has none.
func (m Manifest) Alias() string {
	for _, o := range m.Stream.Objects() {
		if o.Is("", "Service") && release.Ours(o) && o.Labels()["app.kubernetes.io/component"] == "alias" {
			return o.Labels()[providerLabel]
		}
	}
	return ""
}

// Outside is the provider outside of the release that the manifest points consumers at, "" if there is none.
func (m Manifest) Outside() string {
	if o := configuration(m.Stream); o != nil {
		return o.Labels()[providerLabel]
	}
	return ""
}

// external tells whether the configuration of the manifest has consumers use a store outside of the release.
// Of one that carries none nobody knows.
func (m Manifest) external() bool {
	p := m.Release.Provider(m.Active)
	return p != nil && p.External() && configuration(m.Stream) != nil
}

// Unmarked tells whether it does, and lacks the label by which the cluster would say so: then an alias that is
// live was left behind, and says nothing.
func (m Manifest) Unmarked() bool { return m.external() && m.Outside() == "" }

// cutsOver tells whether the hooks of the manifest move the objects before it is applied.
func (m Manifest) cutsOver() bool {
	for _, o := range m.Stream.Objects() {
		if o.Is("batch", "Job") && o.Hook() && release.Ours(o) && o.Labels()["app.kubernetes.io/component"] == "migration" &&
			hookOf(o, "pre-upgrade", "pre-rollback") {
			return true
		}
	}
	return false
}

// CopiesFrom tells whether the manifest has a first pass that copies what is on a provider onto another one.
func (m Manifest) CopiesFrom(provider string) bool {
	return m.Stream != nil && slices.ContainsFunc(m.Stream.Objects(), func(o *manifest.Object) bool {
		return o.Is("batch", "Job") && release.Ours(o) && strings.Contains(o.Name, "-migration-"+provider+"-to-")
	})
}
