package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A document that grows without bound, or for ever, when its aliases are followed is refused
// before anybody follows them.
func TestParseRefusesAliasBombs(t *testing.T) {
	t.Parallel()
	var laughs strings.Builder
	laughs.WriteString("kind: Bomb\nl0: &l0 [lol, lol]\n")
	for i := range 60 {
		fmt.Fprintf(&laughs, "l%d: &l%d [*l%d, *l%d, *l%d]\n", i+1, i+1, i, i, i)
	}
	for name, test := range map[string]struct{ text, want string }{
		"billion laughs":    {laughs.String(), "its aliases stand for more than"},
		"mapping in itself": {"kind: A\nmetadata: &m\n  name: x\n  labels: *m\n", `anchor "m" contains itself`},
		"list in itself":    {"kind: A\nargs: &m [1, *m]\n", `anchor "m" contains itself`},
		"merge of itself":   {"kind: A\nmetadata: &m\n  <<: *m\n", `anchor "m" contains itself`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := Parse([]byte("---\n" + test.text))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(syntax.Message, test.want) {
				t.Errorf("error %v, want a SyntaxError with %q", err, test.want)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestParseAcceptsOrdinaryAliases(t *testing.T) {
	t.Parallel()
	text := "kind: A\nmetadata: &m\n  name: x\nspec:\n  template:\n    metadata: *m\n  other: [*m, *m]\n"
	if _, err := Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
}
