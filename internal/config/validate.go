package config

import (
	"crypto/x509"
	"errors"
	"slices"

	"github.com/helm-ferry/ferry/internal/provider"
)

// maxName is the length that Helm allows the name of a release.
const maxName = 53

// Validate checks what can be checked without a release. The error is of type [Errors], with field
// paths but without positions; [Load] adds those.
func (c *Config) Validate() error {
	if faults := c.problems(); len(faults) > 0 {
		return faults
	}
	return nil
}

func (c *Config) problems() Errors {
	f := &faults{}
	f.is("apiVersion", c.APIVersion, APIVersion)
	f.is("kind", c.Kind, Kind)
	switch {
	case c.Metadata.Name == "":
		f.add("metadata.name", "is missing: it is the prefix of everything that Ferry adds; use the name of the release")
	case len(c.Metadata.Name) > maxName:
		f.add("metadata.name", "%s is longer than %d characters", quote(c.Metadata.Name), maxName)
	default:
		f.dnsLabel("metadata.name", c.Metadata.Name)
	}
	if registry, err := provider.Default().With(c.Spec.ObjectStorage.Providers); err != nil {
		f.rows("spec.objectStorage.providers", err)
	} else {
		f.providers = registry.Names()
	}
	if bundle := c.Spec.CABundle; bundle != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(bundle)) {
		f.add("spec.caBundle", "has no certificate in PEM: -----BEGIN CERTIFICATE-----")
	}
	c.Spec.ObjectStorage.problems(f)
	c.Spec.PreUpgradeChecks.problems(f)
	c.Spec.Migration.problems(f)
	mirrors := map[string]bool{}
	for i := range c.Spec.Mirrors {
		at := element("spec.mirrors", i)
		c.Spec.Mirrors[i].problems(f, at, c.Spec.ObjectStorage.DefaultBuckets)
		f.name(at+".name", c.Spec.Mirrors[i].Name, mirrors)
	}
	snapshots := map[string]bool{}
	for i := range c.Spec.Snapshots {
		at := element("spec.snapshots", i)
		c.Spec.Snapshots[i].problems(f, at)
		f.name(at+".name", c.Spec.Snapshots[i].Name, snapshots)
	}
	return f.list
}

func (s *ObjectStorage) problems(f *faults) {
	const at = "spec.objectStorage"
	if s.Alias.Name != "" {
		f.dnsLabel(at+".alias.name", s.Alias.Name)
	}
	f.between(at+".alias.port", int(s.Alias.Port), 1, 65535)
	switch s.ActiveProvider {
	case "":
		f.add(at+".activeProvider", "must be auto or the name of a provider")
	case "auto":
	default:
		f.provider(at+".activeProvider", s.ActiveProvider)
	}
	f.provider(at+".previousProvider", s.PreviousProvider)
	if s.Endpoint != "" {
		f.endpoint(at+".endpoint", s.Endpoint)
	}
	f.dnsName(at+".credentials.secretName", s.Credentials.SecretName)
	f.dnsName(at+".credentials.existingSecret", s.Credentials.ExistingSecret)
	f.buckets(at+".defaultBuckets", s.DefaultBuckets)
}

func (p *PreUpgradeChecks) problems(f *faults) {
	for i, entry := range p.AllowLoss {
		at := element("spec.preUpgradeChecks.allowLoss", i)
		if entry.Claim == "" {
			f.add(at+".claim", "is missing: name the PersistentVolumeClaim")
			continue
		}
		f.dnsName(at+".claim", entry.Claim)
		if entry.UID == "" {
			f.add(at+".uid", "is missing: `kubectl get pvc %s -o jsonpath={.metadata.uid}` prints it", entry.Claim)
		}
	}
	if p.Required && !p.Enabled {
		f.add("spec.preUpgradeChecks.required", "is true while enabled is false: choose one")
	}
}

func (m *Migration) problems(f *faults) {
	const at = "spec.migration"
	f.positive(at+".deadline", m.Deadline)
	f.provider(at+".from", m.From)
	f.provider(at+".to", m.To)
	f.workloads(at+".consumers", m.Consumers)
	f.workloads(at+".exclude", m.Exclude)
	for i, entry := range m.Accept {
		f.oneOf(element(at+".accept", i), entry, "something that a store may lack", provider.Features())
	}
	if !m.Enabled {
		return
	}
	if m.From == "" {
		f.add(at+".from", "is missing: name the provider to copy from")
	}
	if m.To == "" {
		f.add(at+".to", "is missing: name the provider to copy to")
	}
	if m.From != "" && m.From == m.To {
		f.add(at+".to", "is %q, the provider that from names: name another", m.To)
	}
}

func (m *Mirror) problems(f *faults, at string, defaultBuckets []string) {
	f.schedule(at, m.RPO, m.Schedule, m.Deadline)
	f.positive(at+".deadline", m.Deadline)
	if m.Destination.Endpoint == "" {
		f.add(at+".destination.endpoint", "is missing: a mirror needs the URL of the store to copy to")
	} else {
		f.endpoint(at+".destination.endpoint", m.Destination.Endpoint)
	}
	f.dnsName(at+".destination.secretName", m.Destination.SecretName)
	switch {
	case len(m.Buckets) == 0:
		f.add(at+".buckets", `is empty and so is spec.objectStorage.defaultBuckets: name the buckets, or "*" for all`)
	case slices.Equal(m.Buckets, []string{"*"}), slices.Equal(m.Buckets, defaultBuckets):
	case slices.Contains(m.Buckets, "*"):
		f.add(at+".buckets", `names "*", which is every bucket, beside others: choose one`)
	default:
		f.buckets(at+".buckets", m.Buckets)
	}
	f.between(at+".remove.maxPercent", m.Remove.MaxPercent, 1, 100)
	m.State.problems(f, at+".state", m.Buckets)
}

func (s *State) problems(f *faults, at string, mirrored []string) {
	if s.Bucket != "" {
		f.bucket(at+".bucket", s.Bucket)
	}
	if s.Prefix == "" && s.Bucket != "" && slices.Contains(mirrored, s.Bucket) {
		f.add(at+".prefix", "is empty, and %s is a bucket that is mirrored: name a prefix that is Ferry's own", quote(s.Bucket))
	}
	if s.Prefix != "" && !prefixPattern.MatchString(s.Prefix) {
		f.add(at+".prefix", "%s must be segments of letters, digits, - and _, joined by slashes", quote(s.Prefix))
	}
}

func (s *Snapshot) problems(f *faults, at string) {
	f.schedule(at, s.RPO, s.Schedule, 0)
	if s.Claims.Provider != "active" {
		f.provider(at+".claims.provider", s.Claims.Provider)
	}
	for i, name := range s.Claims.Names {
		if name == "" {
			f.add(element(at+".claims.names", i), "must not be empty")
		}
		f.dnsName(element(at+".claims.names", i), name)
	}
	if s.Claims.ways() > 1 {
		f.add(at+".claims", "gives more than one of provider, names and selector: choose one")
	}
	f.dnsName(at+".class", s.Class)
	if s.Retention.Last < 1 {
		f.add(at+".retention.last", "must be at least 1, is %d: the last snapshot is never pruned", s.Retention.Last)
	}
	f.atLeast(at+".retention.daily", s.Retention.Daily, 0)
	f.atLeast(at+".retention.weekly", s.Retention.Weekly, 0)
	f.atLeast(at+".retention.failed", s.Retention.Failed, 0)
}

// ways counts how many of the three ways to select claims are used.
func (c *Claims) ways() int {
	ways := 0
	for _, used := range []bool{c.Provider != "", len(c.Names) > 0, len(c.Selector) > 0} {
		if used {
			ways++
		}
	}
	return ways
}

// rows adds what the registry says of the rows, whose paths begin with an index.
func (f *faults) rows(field string, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			f.rows(field, one)
		}
		return
	}
	if fault, ok := errors.AsType[*provider.FieldError](err); ok {
		f.add(field+fault.Field, "%s", fault.Problem)
		return
	}
	f.add(field, "%v", err)
}
