package s3

import (
	"fmt"
	"testing"
)

func TestParseContentRange(t *testing.T) {
	for in, want := range map[string]contentRange{
		"bytes 0-0/1":     {0, 1, 1},
		"bytes 5-9/10":    {5, 5, 10},
		"bytes 0-4/10":    {0, 5, 10},
		"bytes */10":      {},
		"bytes 0-4/*":     {},
		"bytes 4-0/10":    {},
		"bytes 0-10/10":   {},
		"bytes -1-4/10":   {},
		"bytes +0-4/10":   {},
		"0-4/10":          {},
		"":                {},
		"bytes 0-4/10/10": {},
		"bytes 0-4/1e3":   {},
		"bytes 0-4":       {},
		"bytes 0-18446744073709551615/18446744073709551616": {},
	} {
		got, err := parseContentRange(in)
		if got != want || (err == nil) != (want != contentRange{}) {
			t.Errorf("%q: got %+v, %v", in, got, err)
		}
	}
}

func FuzzParseContentRange(f *testing.F) {
	f.Add("bytes 5-9/10")
	f.Add("bytes 9223372036854775806-9223372036854775806/9223372036854775807")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseContentRange(s)
		if err != nil {
			return
		}
		if got.offset < 0 || got.length < 1 || got.offset > got.total-got.length {
			t.Errorf("%q became %+v", s, got)
		}
		text := fmt.Sprintf("bytes %d-%d/%d", got.offset, got.offset+got.length-1, got.total)
		if again, err := parseContentRange(text); err != nil || again != got {
			t.Errorf("%q became %+v, then %+v, %v", s, got, again, err)
		}
	})
}
