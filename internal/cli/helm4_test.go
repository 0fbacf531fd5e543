package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/kio"
)

// TestHelm4ErrorReachesTheUser reads the output as Helm 4 does: with kyaml, whose error is what the
// user sees.
func TestHelm4ErrorReachesTheUser(t *testing.T) {
	long := strings.Repeat("ж", 3000) + " lost " + strings.Repeat("界", 3000) + " the remedy"
	tests := map[string]struct {
		err  error
		want string
	}{
		"plain":           {errors.New("two enabled providers"), "ferry: two enabled providers"},
		"with hint":       {Refused.Errorf("no proof").WithHint("ferry migrate"), "ferry: no proof; hint: ferry migrate"},
		"several lines":   {errors.New("a: 1\nb: 2\r\n\n  c: 3\n\tend"), "ferry: a: 1; b: 2; c: 3; end"},
		"non-ASCII":       {errors.New("chart «Größe» — 対象"), "ferry: chart «Größe» — 対象"},
		"separators":      {errors.New("--- a\n---\n# b"), "ferry: --- a; ---; # b"},
		"control":         {errors.New("a\tb\x00c\x1b[2J\u2028d"), "ferry: a b\uFFFDc\uFFFD[2J\uFFFDd"},
		"not UTF-8":       {errors.New("a\xffb"), "ferry: a\uFFFDb"},
		"percent signs":   {errors.New("100%s of %d"), "ferry: 100%s of %d"},
		"nothing to say":  {Differences.Wrap(nil), "ferry: differences found"},
		"only white":      {errors.New(" \n "), "ferry: error"},
		"very long":       {errors.New(long), "ferry: " + shorten(long, helm4Limit)},
		"looks like YAML": {errors.New("kind: Secret # {a: &b *b}"), "ferry: kind: Secret # {a: &b *b}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := Helm4Error(&out, test.err); err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(out.String(), "\n"); lines != 2 {
				t.Errorf("wrote %d lines, want 2:\n%s", lines, out.String())
			}
			_, err := kio.ParseAll(out.String())
			if err == nil {
				t.Fatal("Helm 4 would take this for manifests")
			}
			if want := "invalid document separator: --- " + test.want; err.Error() != want {
				t.Errorf("the user reads\n%s\nwant\n%s", err, want)
			}
		})
	}
}

func TestShortenKeepsBothEnds(t *testing.T) {
	text := strings.Repeat("é", 50) + "END"
	got := shorten(text, 20)
	if n := utf8.RuneCountInString(got); n != 20 {
		t.Errorf("%d runes, want 20", n)
	}
	if !strings.HasPrefix(got, "éé") || !strings.HasSuffix(got, "END") || !utf8.ValidString(got) {
		t.Errorf("got %q", got)
	}
	if shorten(text, 53) != text {
		t.Error("a text of exactly the limit was cut")
	}
}
