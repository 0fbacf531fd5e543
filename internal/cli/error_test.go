package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// foreign is an error of a package that does not know this one.
type foreign struct {
	code int
	hint string
}

func (foreign) Error() string   { return "foreign" }
func (f foreign) ExitCode() int { return f.code }
func (f foreign) Hint() string  { return f.hint }

func TestKindAndHintOf(t *testing.T) {
	child := exec.CommandContext(t.Context(), "sh", "-c", "exit 2").Run()
	plain := errors.New("plain")
	tests := map[string]struct {
		err  error
		kind Kind
		hint string
	}{
		"nil":                           {nil, Done, ""},
		"plain":                         {plain, Failure, ""},
		"stated":                        {Refused.Wrap(plain), Refused, ""},
		"wrapped":                       {fmt.Errorf("plan: %w", Usage.Errorf("bad").WithHint("try")), Usage, "try"},
		"outermost kind":                {Partial.Wrap(Refused.Wrap(plain)), Partial, ""},
		"hint keeps the kind":           {WithHint(Differences.Wrap(plain), "look"), Differences, "look"},
		"outermost hint":                {WithHint(WithHint(plain, "inner"), "outer"), Failure, "outer"},
		"inner hint under a bare error": {Refused.Wrap(WithHint(plain, "inner")), Refused, "inner"},
		"joined":                        {errors.Join(plain, Partial.Errorf("half").WithHint("again")), Partial, "again"},
		"foreign":                       {fmt.Errorf("x: %w", foreign{4, "remedy"}), Refused, "remedy"},
		"foreign without a say":         {foreign{0, ""}, Failure, ""},
		"foreign with an unknown code":  {foreign{77, ""}, Failure, ""},
		"inner kind under a foreign":    {errors.Join(foreign{0, ""}, Refused.Wrap(plain)), Refused, ""},
		"exit code of a child":          {fmt.Errorf("helm: %w", child), Failure, ""},
		"nothing to say":                {Differences.Wrap(nil), Differences, ""},
		"hint on nil":                   {WithHint(nil, "x"), Done, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := KindOf(test.err); got != test.kind {
				t.Errorf("kind = %v, want %v", got, test.kind)
			}
			if got := HintOf(test.err); got != test.hint {
				t.Errorf("hint = %q, want %q", got, test.hint)
			}
		})
	}
}

func TestErrorUnwraps(t *testing.T) {
	err := fmt.Errorf("copy: %w", Partial.Errorf("bucket a: %w", context.DeadlineExceeded).WithHint("again"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "copy: bucket a: context deadline exceeded"; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
}

// Every kind is in the list of exit codes under its number and name, and the list holds no other.
func TestExitCodesListEveryKind(t *testing.T) {
	want := "Exit codes:\n"
	for _, kind := range []Kind{Done, Failure, Usage, Differences, Refused, Partial, Interrupted} {
		text := kind.String()
		if kind == Usage {
			text += ": the command line is wrong"
		}
		want += fmt.Sprintf("  %-4d %s\n", kind, text)
	}
	if diff := cmp.Diff(want, ExitCodes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
