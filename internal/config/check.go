package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// faults collects errors by field path.
type faults struct {
	list      Errors
	providers []string // names in the registry; empty when it could not be made
}

func (f *faults) add(field, format string, args ...any) {
	f.list = append(f.list, &Error{Source: "config", Field: field, Message: fmt.Sprintf(format, args...)})
}

func (f *faults) is(field, text, want string) {
	switch text {
	case want:
	case "":
		f.add(field, "is missing: write %s", want)
	default:
		f.add(field, "must be %s, is %s", want, quote(text))
	}
}

func (f *faults) between(field string, number, low, high int) {
	if number < low || number > high {
		f.add(field, "must be between %d and %d, is %d", low, high, number)
	}
}

func (f *faults) atLeast(field string, number, low int) {
	if number < low {
		f.add(field, "must be at least %d, is %d", low, number)
	}
}

func (f *faults) positive(field string, span Duration) {
	if span <= 0 {
		f.add(field, "must be more than 0")
	}
}

// oneOf checks that text is one of a list of names, which what describes.
func (f *faults) oneOf(field, text, what string, names []string) {
	if slices.Contains(names, text) {
		return
	}
	if near := suggest(text, names); near != "" {
		f.add(field, "%s is not %s; did you mean %q?", quote(text), what, near)
		return
	}
	f.add(field, "%s is not %s; known: %s", quote(text), what, strings.Join(names, ", "))
}

// provider checks that a name, if there is one, is in the registry.
func (f *faults) provider(field, name string) {
	if name != "" && len(f.providers) > 0 {
		f.oneOf(field, name, "a provider", f.providers)
	}
}

// schedule checks that there is exactly one of rpo and schedule, and that it can be held.
func (f *faults) schedule(at string, rpo Duration, schedule string, deadline Duration) {
	words := strings.Fields(schedule)
	switch {
	case rpo == 0 && schedule == "":
		f.add(at+".rpo", "is missing: give rpo (for example 1h) or schedule (for example \"0 * * * *\")")
	case rpo != 0 && schedule != "":
		f.add(at+".schedule", "is given beside rpo: choose one")
	case rpo != 0:
		if _, err := Schedule(rpo, deadline); err != nil {
			f.add(at+".rpo", "%v", err)
		}
	case strings.Contains(schedule, "TZ="):
		f.add(at+".schedule", "must not set a time zone: Kubernetes refuses it")
	case !strings.HasPrefix(schedule, "@") && len(words) != 5:
		f.add(at+".schedule", "%s has %d fields, cron wants 5", quote(schedule), len(words))
	}
}

// name checks the name of a list entry, which is unique in the list.
func (f *faults) name(field, name string, seen map[string]bool) {
	switch {
	case name == "":
		f.add(field, "is missing")
	case seen[name]:
		f.add(field, "%s is the name of an earlier entry", quote(name))
	default:
		f.dnsLabel(field, name)
	}
	seen[name] = true
}

var (
	labelPattern    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	prefixPattern   = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/?$`)
	bucketPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	workloadPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)
)

func (f *faults) dnsLabel(field, name string) {
	if len(name) > 63 || !labelPattern.MatchString(name) {
		f.add(field, "%s is not a name that Kubernetes takes: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends", quote(name))
	}
}

// dnsName checks the name of an object, if there is one.
func (f *faults) dnsName(field, name string) {
	if name == "" {
		return
	}
	for part := range strings.SplitSeq(name, ".") {
		if len(name) > 253 || !labelPattern.MatchString(part) {
			f.add(field, "%s is not a name that Kubernetes takes: a-z, 0-9, - and ., with a letter or digit at both ends", quote(name))
			return
		}
	}
}

func (f *faults) workloads(field string, entries []string) {
	for i, entry := range entries {
		if !workloadPattern.MatchString(entry) {
			f.add(element(field, i), "%s is not a workload: write kind/name, for example Deployment/api", quote(entry))
		}
	}
}

func (f *faults) buckets(field string, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		if f.bucket(element(field, i), name) && seen[name] {
			f.add(element(field, i), "%s is named twice", quote(name))
		}
		seen[name] = true
	}
}

func (f *faults) bucket(field, name string) bool {
	ok := bucketPattern.MatchString(name)
	if !ok {
		f.add(field, "%s is not a bucket name: 3 to 63 of a-z, 0-9, . and -, with a letter or digit at both ends", quote(name))
	}
	return ok
}

func (f *faults) endpoint(field, text string) {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Hostname() == "" || (address.Scheme != "http" && address.Scheme != "https"):
		f.add(field, "%s is not the URL of an S3 endpoint: write https://host or http://host:port", quote(redact(text)))
	case address.User != nil:
		f.add(field, "must not hold credentials: put them into a Secret and name it in secretName")
	case strings.Trim(address.Path, "/") != "" || address.RawQuery != "" || address.Fragment != "":
		f.add(field, "must be the endpoint alone, without a path: write %s://%s; buckets are named elsewhere", address.Scheme, address.Host)
	}
}

// redact hides the user information and the query of a URL that may not even parse.
func redact(text string) string {
	text, _, cut := strings.Cut(text, "?")
	if cut {
		text += "?…"
	}
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
