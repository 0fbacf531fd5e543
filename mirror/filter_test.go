package mirror

import (
	"strings"
	"testing"
)

func TestGlobs(t *testing.T) {
	tests := []struct {
		glob     string
		yes, not []string
	}{
		{"a", []string{"a"}, []string{"A", "aa", "b/a", "a/b", "a\n"}},
		{"*", []string{"a", "ab", ".a", "a\nb"}, []string{"a/b", "a/"}},
		{"*.csv", []string{"a.csv", ".csv"}, []string{"acsv", "d/a.csv", "a.csv.gz"}},
		{"**", []string{"a", "a/b", "a\nb/c", "//"}, nil},
		{"**/*.csv", []string{"a.csv", "d/a.csv", "d/e/a.csv"}, []string{"a.csv/b"}},
		{"data/", []string{"data/", "data/a", "data/a/b"}, []string{"data", "xdata/a"}},
		{"data/**", []string{"data/", "data/a/b"}, []string{"data"}},
		{"**/tmp/**", []string{"tmp/a", "x/tmp/a/b"}, []string{"tmp", "xtmp/a"}},
		{"a?c", []string{"abc", "a\u0141c"}, []string{"a/c", "ac"}},
		{"a.b+c(d)[e]{f}^$|\\", []string{"a.b+c(d)[e]{f}^$|\\"}, []string{"axb+c(d)[e]{f}^$|\\"}},
	}
	for _, test := range tests {
		t.Run(test.glob, func(t *testing.T) {
			f, err := newFilter([]string{test.glob}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range test.yes {
				if !f.keeps(key) {
					t.Errorf("does not cover %q", key)
				}
			}
			for _, key := range test.not {
				if f.keeps(key) {
					t.Errorf("covers %q", key)
				}
			}
		})
	}
}

func TestFilterPrecedence(t *testing.T) {
	f, err := newFilter([]string{"a*", "b"}, []string{"ab"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"a": true, "aa": true, "b": true, "ab": false, "c": false} {
		if got := f.keeps(key); got != want {
			t.Errorf("%q: got %v", key, got)
		}
	}
	if !(filter{}).keeps("anything") {
		t.Error("no filter leaves something out")
	}
}

func TestBadGlobs(t *testing.T) {
	for field, globs := range map[string][2][]string{
		"include[1]": {{"a", ""}, nil},
		"exclude[0]": {nil, {"\xff"}},
	} {
		if _, err := newFilter(globs[0], globs[1]); err == nil || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("got %v, want an error for %s", err, field)
		}
	}
}

func TestDelicateKeys(t *testing.T) {
	for key, want := range map[string]bool{
		"plain": false, "a/b": false, "sp ace": false, "a.b": false, "..a": false, "\u00e9": false, "%2F": false,
		"a//b": true, "/a": true, "a/": true, "a/./b": true, "..": true, "a/..": true, `a\b`: true, "a\tb": true,
		"a\x7f": true, "e\u0301": true, "\xff": true,
	} {
		if got := delicate(key); got != want {
			t.Errorf("%q: got %v", key, got)
		}
	}
}
