package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/provider"
)

// Validate checks what can be checked without a release. The error is of type [Errors], with field
// paths but without positions; [Load] adds those.
func (c *Config) Validate() error {
	if faults := c.problems(); len(faults) > 0 {
		return faults
	}
	return nil
}

// faults collects errors by field path.
type faults struct{ list Errors }

func (f *faults) add(field, format string, args ...any) {
	f.list = append(f.list, &Error{Source: "config", Field: field, Message: fmt.Sprintf(format, args...)})
}

func (c *Config) problems() Errors {
	f := &faults{}
	if c.APIVersion != APIVersion {
		f.add("apiVersion", "must be %s, is %q", APIVersion, c.APIVersion)
	}
	if c.Kind != Kind {
		f.add("kind", "must be %s, is %q", Kind, c.Kind)
	}
	switch {
	case c.Metadata.Name == "":
		f.add("metadata.name", "is missing: it is the prefix of everything that Ferry adds; use the name of the release")
	case len(c.Metadata.Name) > 53:
		f.add("metadata.name", "%q is longer than 53 characters", c.Metadata.Name)
	default:
		f.dnsLabel("metadata.name", c.Metadata.Name)
	}
	c.Spec.ObjectStorage.problems(f)
	c.Spec.PreUpgradeChecks.problems(f)
	c.Spec.Migration.problems(f)
	mirrors := map[string]bool{}
	for i := range c.Spec.Mirrors {
		at := fmt.Sprintf("spec.mirrors[%d]", i)
		c.Spec.Mirrors[i].problems(f, at)
		f.unique(at+".name", c.Spec.Mirrors[i].Name, mirrors)
	}
	snapshots := map[string]bool{}
	for i := range c.Spec.Snapshots {
		at := fmt.Sprintf("spec.snapshots[%d]", i)
		c.Spec.Snapshots[i].problems(f, at)
		f.unique(at+".name", c.Spec.Snapshots[i].Name, snapshots)
	}
	return f.list
}

func (s *ObjectStorage) problems(f *faults) {
	const at = "spec.objectStorage"
	if s.Alias.Name != "" {
		f.dnsLabel(at+".alias.name", s.Alias.Name)
	}
	if s.Alias.Port < 1 || s.Alias.Port > 65535 {
		f.add(at+".alias.port", "must be between 1 and 65535, is %d", s.Alias.Port)
	}
	if s.ActiveProvider == "" {
		f.add(at+".activeProvider", "must be auto or the name of a provider")
	}
	if s.Endpoint != "" {
		f.endpoint(at+".endpoint", s.Endpoint)
	}
	if s.Credentials.SecretName != "" {
		f.dnsName(at+".credentials.secretName", s.Credentials.SecretName)
	}
	if s.Credentials.ExistingSecret != "" {
		f.dnsName(at+".credentials.existingSecret", s.Credentials.ExistingSecret)
	}
	f.buckets(at+".defaultBuckets", s.DefaultBuckets)
	if _, err := provider.Default().With(s.Providers); err != nil {
		f.providers(at+".providers", err)
	}
}

// providers adds what the registry says of the rows, whose paths begin with an index.
func (f *faults) providers(at string, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			f.providers(at, one)
		}
		return
	}
	var field *provider.FieldError
	if errors.As(err, &field) {
		f.add(at+field.Field, "%s", field.Problem)
		return
	}
	f.add(at, "%v", err)
}

func (p *PreUpgradeChecks) problems(f *faults) {
	for i, entry := range p.AllowLoss {
		at := fmt.Sprintf("spec.preUpgradeChecks.allowLoss[%d]", i)
		if entry.Claim == "" {
			f.add(at+".claim", "is missing: name the PersistentVolumeClaim")
		}
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
	if m.Deadline <= 0 {
		f.add(at+".deadline", "must be more than 0")
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

func (m *Mirror) problems(f *faults, at string) {
	f.scheduleName(at+".name", m.Name)
	f.schedule(at, m.RPO, m.Schedule, m.Deadline)
	switch {
	case m.Destination.Endpoint == "":
		f.add(at+".destination.endpoint", "is missing: a mirror needs the URL of the store to copy to")
	default:
		f.endpoint(at+".destination.endpoint", m.Destination.Endpoint)
	}
	if m.Destination.SecretName != "" {
		f.dnsName(at+".destination.secretName", m.Destination.SecretName)
	}
	if len(m.Buckets) == 0 {
		f.add(at+".buckets", "is empty and so is spec.objectStorage.defaultBuckets: name the buckets, or \"*\" for all")
	} else if !slices.Equal(m.Buckets, []string{"*"}) {
		f.buckets(at+".buckets", m.Buckets)
	}
	if m.Deadline <= 0 {
		f.add(at+".deadline", "must be more than 0")
	}
	if m.Remove.MaxPercent < 1 || m.Remove.MaxPercent > 100 {
		f.add(at+".remove.maxPercent", "must be between 1 and 100, is %d", m.Remove.MaxPercent)
	}
}

func (s *Snapshot) problems(f *faults, at string) {
	f.scheduleName(at+".name", s.Name)
	f.schedule(at, s.RPO, s.Schedule, 0)
	ways := 0
	for _, given := range []bool{s.Claims.Provider != "", len(s.Claims.Names) > 0, len(s.Claims.Selector) > 0} {
		if given {
			ways++
		}
	}
	if ways > 1 {
		f.add(at+".claims", "gives more than one of provider, names and selector: choose one")
	}
	if s.Retention.Last < 1 {
		f.add(at+".retention.last", "must be at least 1: the last snapshot is never pruned")
	}
	for name, count := range map[string]int{"daily": s.Retention.Daily, "weekly": s.Retention.Weekly, "failed": s.Retention.Failed} {
		if count < 0 {
			f.add(at+".retention."+name, "must not be negative, is %d", count)
		}
	}
}

// schedule checks that there is exactly one of rpo and schedule, and that it can be held.
func (f *faults) schedule(at string, rpo Duration, schedule string, deadline Duration) {
	switch {
	case rpo == 0 && schedule == "":
		f.add(at+".rpo", "is missing: give rpo (for example 1h) or schedule (for example \"0 * * * *\")")
	case rpo != 0 && schedule != "":
		f.add(at+".schedule", "is given beside rpo: choose one")
	case schedule != "" && strings.Contains(schedule, "TZ="):
		f.add(at+".schedule", "must not set a time zone: Kubernetes refuses it")
	case schedule != "" && !strings.HasPrefix(schedule, "@") && len(strings.Fields(schedule)) != 5:
		f.add(at+".schedule", "%q has %d fields, cron wants 5", schedule, len(strings.Fields(schedule)))
	case rpo != 0:
		if _, err := Schedule(rpo, deadline); err != nil {
			f.add(at+".rpo", "%v", err)
		}
	}
}

func (f *faults) scheduleName(field, name string) {
	if name == "" {
		f.add(field, "is missing")
		return
	}
	f.dnsLabel(field, name)
}

func (f *faults) unique(field, name string, seen map[string]bool) {
	if seen[name] {
		f.add(field, "%q is the name of an earlier entry", name)
	}
	seen[name] = true
}

var (
	label  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	bucket = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

func (f *faults) dnsLabel(field, name string) {
	if len(name) > 63 || !label.MatchString(name) {
		f.add(field, "%q is not a name that Kubernetes takes: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends", name)
	}
}

func (f *faults) dnsName(field, name string) {
	for part := range strings.SplitSeq(name, ".") {
		if len(name) > 253 || !label.MatchString(part) {
			f.add(field, "%q is not a name that Kubernetes takes: a-z, 0-9, - and ., with a letter or digit at both ends", name)
			return
		}
	}
}

func (f *faults) buckets(field string, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case !bucket.MatchString(name):
			f.add(at, "%q is not a bucket name: 3 to 63 of a-z, 0-9, . and -, with a letter or digit at both ends", name)
		case seen[name]:
			f.add(at, "%q is named twice", name)
		}
		seen[name] = true
	}
}

func (f *faults) endpoint(field, text string) {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https"):
		f.add(field, "%q is not the URL of an S3 endpoint: write https://host or http://host:port", redact(text))
	case address.User != nil:
		f.add(field, "must not hold credentials: put them into a Secret and name it in secretName")
	case strings.Trim(address.Path, "/") != "" || address.RawQuery != "" || address.Fragment != "":
		f.add(field, "%q has a path: write the endpoint alone, buckets are named elsewhere", text)
	}
}

// redact hides the user information of a URL that may not even parse.
func redact(text string) string {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return text
	}
	start := strings.Index(text, "://")
	if start < 0 {
		return "…" + text[at:]
	}
	return text[:start+3] + "…" + text[at:]
}
