package provider

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// FieldError says what is wrong with one field of a row.
type FieldError struct {
	Field   string // path inside the row, as in YAML: match[0].images[1]
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

var (
	namePattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$`)
	envPattern  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	keyPattern  = regexp.MustCompile(`^[-._a-zA-Z0-9]+$`)
)

// Validate checks the fields that are set: a row that overrides another is
// valid without the rest. Its errors are [FieldError] values, joined.
func (r Row) Validate() error {
	var c checker
	if !namePattern.MatchString(r.Name) {
		c.add("name", "%q must be 1 to 32 lower-case letters, digits and dashes, and neither begin nor end with a dash", r.Name)
	}
	if r.External && len(r.Match) > 0 {
		c.add("match", "an external provider has no workload to recognise")
	}
	if r.External && len(r.Parts) > 0 {
		c.add("parts", "an external provider has no workload to recognise")
	}
	if r.External && len(r.Selector) > 0 {
		c.add("selector", "an external provider has no pods to select")
	}
	for i, m := range r.Match {
		m.validate(&c, fmt.Sprintf("match[%d]", i))
	}
	for i, m := range r.Parts {
		m.validate(&c, fmt.Sprintf("parts[%d]", i))
	}
	c.labels("selector", r.Selector)
	if r.Port < 0 || r.Port > 65535 {
		c.add("port", "%d is not a port: use 1 to 65535", r.Port)
	}
	for i, name := range r.PortNames {
		c.nonEmpty(fmt.Sprintf("portNames[%d]", i), name)
	}
	if r.Scheme != "" && r.Scheme != "http" && r.Scheme != "https" {
		c.add("scheme", "%q must be http or https", r.Scheme)
	}
	r.Credentials.validate(&c)
	if r.HealthPath != "" && !strings.HasPrefix(r.HealthPath, "/") {
		c.add("healthPath", "%q must begin with /", r.HealthPath)
	}
	for i, what := range r.Lacks {
		if !slices.Contains(Features(), what) {
			c.add(fmt.Sprintf("lacks[%d]", i), "%q is not one of %s", what, strings.Join(Features(), ", "))
		}
	}
	return errors.Join(c.errs...)
}

// complete checks a row after it has been merged: nothing that is needed is missing.
func (r Row) complete() error {
	if err := r.Validate(); err != nil {
		return err // an override can contradict the row that it overrides
	}
	if !r.External && r.Port == 0 {
		return &FieldError{Field: "port", Problem: fmt.Sprintf("%s needs the container port that serves S3", r.Name)}
	}
	return nil
}

func (m Match) validate(c *checker, at string) {
	if len(m.Images)+len(m.Labels)+len(m.Args) == 0 {
		c.add(at, "needs images, labels or args")
	}
	for i, image := range m.Images {
		c.image(fmt.Sprintf("%s.images[%d]", at, i), image)
	}
	c.labels(at+".labels", m.Labels)
	c.labels(at+".notLabels", m.NotLabels)
	for i, arg := range m.Args {
		if arg == "" || strings.ContainsAny(arg, " \t\n") {
			c.add(fmt.Sprintf("%s.args[%d]", at, i), "%q must be one word", arg)
		}
	}
}

func (cr Credentials) validate(c *checker) {
	for i, name := range cr.AccessKeyEnv {
		c.env(fmt.Sprintf("credentials.accessKeyEnv[%d]", i), name)
	}
	for i, name := range cr.SecretKeyEnv {
		c.env(fmt.Sprintf("credentials.secretKeyEnv[%d]", i), name)
	}
	for i, pair := range cr.SecretKeys {
		at := fmt.Sprintf("credentials.secretKeys[%d]", i)
		c.secretKey(at+".accessKey", pair.AccessKey)
		c.secretKey(at+".secretKey", pair.SecretKey)
	}
	for _, key := range []struct{ field, value string }{{"accessKeyKey", cr.AccessKeyKey}, {"secretKeyKey", cr.SecretKeyKey}} {
		if key.value == "" {
			continue
		}
		c.secretKey("credentials."+key.field, key.value)
		if cr.SecretName == "" {
			c.add("credentials."+key.field, "is a key of credentials.secretName, which is not set")
		}
	}
}

// checker collects what is wrong, in the order of the fields.
type checker struct{ errs []error }

func (c *checker) add(field, format string, args ...any) {
	c.errs = append(c.errs, &FieldError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

func (c *checker) nonEmpty(field, value string) {
	if value == "" {
		c.add(field, "must not be empty")
	}
}

func (c *checker) labels(field string, labels map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if key == "" {
			c.add(field, "a label needs a key")
		}
	}
}

func (c *checker) env(field, name string) {
	if !envPattern.MatchString(name) {
		c.add(field, "%q is not the name of an environment variable", name)
	}
}

func (c *checker) secretKey(field, key string) {
	if !keyPattern.MatchString(key) {
		c.add(field, "%q is not a key of a Secret", key)
	}
}

func (c *checker) image(field, pattern string) {
	_, badGlob := path.Match(pattern, "")
	segments := strings.Split(pattern, "/")
	switch {
	case badGlob != nil || slices.Contains(segments, ""):
		c.add(field, "%q is not a pattern for a repository", pattern)
	case strings.ContainsAny(pattern, ":@") || len(segments) > 1 && strings.Contains(segments[0], "."):
		c.add(field, "%q must be a repository without registry, tag and digest", pattern)
	}
}

// prefixed returns the field errors of err with at in front of their paths.
func prefixed(at string, err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, prefixed(at, e)...)
		}
		return out
	}
	if f, ok := errors.AsType[*FieldError](err); ok {
		return []error{&FieldError{Field: at + "." + f.Field, Problem: f.Problem}}
	}
	return []error{fmt.Errorf("%s: %w", at, err)}
}
