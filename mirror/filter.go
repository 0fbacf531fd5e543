package mirror

import (
	"fmt"
	"regexp"
	"strings"
)

// Filter chooses keys by globs: * is any text without a slash, ** any text, ? one
// character other than a slash; all else stands for itself. A glob covers the
// whole key; one that ends in a slash covers all that begins with it.
type filter struct {
	include, exclude []*regexp.Regexp
}

func newFilter(include, exclude []string) (filter, error) {
	var f filter
	var err error
	if f.include, err = compileGlobs("include", include); err != nil {
		return f, err
	}
	f.exclude, err = compileGlobs("exclude", exclude)

	return f, err
}

// keeps reports whether a run deals with the key at all.
func (f filter) keeps(key string) bool {
	return (len(f.include) == 0 || matchesAny(f.include, key)) && !matchesAny(f.exclude, key)
}

func matchesAny(globs []*regexp.Regexp, key string) bool {
	for _, glob := range globs {
		if glob.MatchString(key) {
			return true
		}
	}

	return false
}

func compileGlobs(field string, globs []string) ([]*regexp.Regexp, error) {
	compiled := make([]*regexp.Regexp, len(globs))
	for i, glob := range globs {
		if glob == "" {
			return nil, fmt.Errorf("%s[%d]: glob is empty", field, i)
		}
		var err error
		if compiled[i], err = regexp.Compile(globPattern(glob)); err != nil {
			return nil, fmt.Errorf("%s[%d]: glob %q: %w", field, i, glob, err)
		}
	}

	return compiled, nil
}

// globPattern spells a glob as a regular expression. "**/" also stands for
// nothing, so that **/x covers x.
func globPattern(glob string) string {
	if strings.HasSuffix(glob, "/") {
		glob += "**"
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for len(glob) > 0 {
		token, text := 1, ""
		switch {
		case strings.HasPrefix(glob, "**/"):
			token, text = 3, `(?:.*/)?`
		case strings.HasPrefix(glob, "**"):
			token, text = 2, `.*`
		case glob[0] == '*':
			text = `[^/]*`
		case glob[0] == '?':
			text = `[^/]`
		default:
			token = len(glob)
			if i := strings.IndexAny(glob, "*?"); i > 0 {
				token = i
			}
			text = regexp.QuoteMeta(glob[:token])
		}
		b.WriteString(text)
		glob = glob[token:]
	}
	b.WriteString(`\z`)

	return b.String()
}
