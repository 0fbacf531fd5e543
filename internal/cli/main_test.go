package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// newTestRoot is a program whose commands end in every way there is.
func newTestRoot(streams Streams) *cobra.Command {
	root := &cobra.Command{Use: "ferry", Short: "Carry releases"}
	add := func(parent *cobra.Command, use string, run func(*cobra.Command, []string) error) *cobra.Command {
		cmd := &cobra.Command{Use: use, Short: "Do " + use, RunE: run}
		parent.AddCommand(cmd)
		return cmd
	}
	fail := func(err error) func(*cobra.Command, []string) error {
		return func(*cobra.Command, []string) error { return err }
	}
	add(root, "good", func(*cobra.Command, []string) error {
		_, err := fmt.Fprintln(streams.Out, "data")
		return err
	})
	add(root, "bad", fail(errors.New("open ferry.yaml: no such file")))
	add(root, "many", fail(fmt.Errorf("first\n\n  second\r\n%w", WithHint(errors.New("third\x1b[31m"), "a\nb"))))
	add(root, "differ", fail(Differences.Wrap(nil)))
	add(root, "panics", func(*cobra.Command, []string) error { panic("lost") })
	needs := add(root, "needs", fail(nil))
	needs.Flags().String("from", "", "the source")
	if err := needs.MarkFlagRequired("from"); err != nil {
		panic(err)
	}
	add(root, "two A B", fail(nil)).Args = cobra.ExactArgs(2)
	group := &cobra.Command{Use: "snapshot", Short: "Snapshots"}
	root.AddCommand(group)
	add(group, "take", fail(nil))
	return root
}

func runTest(t *testing.T, newRoot func(Streams) *cobra.Command, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, words bytes.Buffer
	streams := Streams{In: strings.NewReader(""), Out: &out, Err: &words}
	code = Main(t.Context(), "ferry", streams, args, newRoot)
	return code, out.String(), words.String()
}

func TestMainCodesAndWords(t *testing.T) {
	tests := []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"good", 0, "data\n", ""},
		{"bad", 1, "", "ferry: error: open ferry.yaml: no such file\n"},
		{"many", 1, "", "ferry: error: first\nferry: error: second\nferry: error: third\uFFFD[31m\nhint: a\nhint: b\n"},
		{"differ", 3, "", ""},
		{"nonsense", 2, "", "ferry: error: ferry has no command \"nonsense\"\nhint: ferry --help\n"},
		{"godd", 2, "", "ferry: error: ferry has no command \"godd\"\nhint: ferry good\n"},
		{"good more", 2, "", "ferry: error: ferry good takes no arguments, got \"more\"\nhint: ferry good --help\n"},
		{"good --loud", 2, "", "ferry: error: unknown flag: --loud\nhint: ferry good --help\n"},
		{"--loud", 2, "", "ferry: error: unknown flag: --loud\nhint: ferry --help\n"},
		{"good -x", 2, "", "ferry: error: unknown shorthand flag: 'x' in -x\nhint: ferry good --help\n"},
		{"needs", 2, "", "ferry: error: required flag(s) \"from\" not set\nhint: ferry needs --help\n"},
		{"needs --from", 2, "", "ferry: error: flag needs an argument: --from\nhint: ferry needs --help\n"},
		{"two a", 2, "", "ferry: error: accepts 2 arg(s), received 1\nhint: ferry two --help\n"},
		{"snapshot tkae", 2, "", "ferry: error: ferry snapshot has no command \"tkae\"\nhint: ferry snapshot take\n"},
		{"help nonsense", 2, "", "ferry: error: ferry has no command \"nonsense\"\nhint: ferry --help\n"},
		{"help snapshot nonsense", 2, "", "ferry: error: ferry snapshot has no command \"nonsense\"\nhint: ferry snapshot --help\n"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			code, stdout, stderr := runTest(t, newTestRoot, strings.Fields(test.args)...)
			if code != test.code {
				t.Errorf("exit code = %d, want %d", code, test.code)
			}
			if diff := cmp.Diff(test.stdout, stdout); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.stderr, stderr); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryHelpEndsWithTheExitCodes(t *testing.T) {
	for _, args := range []string{
		"", "--help", "help", "help good", "good --help", "good -h", "snapshot", "snapshot --help", "snapshot take --help",
		"help snapshot take", "completion --help", "completion bash --help", "help --help",
	} {
		t.Run(args, func(t *testing.T) {
			code, stdout, stderr := runTest(t, newTestRoot, strings.Fields(args)...)
			if code != 0 || stderr != "" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
			if !strings.Contains(stdout, "Usage:") || strings.Count(stdout, exitCodes) != 1 || !strings.HasSuffix(stdout, "\n\n"+exitCodes) {
				t.Errorf("help does not end with the exit codes:\n%s", stdout)
			}
		})
	}
}

func TestPanicIsAnErrorAndNotUsage(t *testing.T) {
	code, _, stderr := runTest(t, newTestRoot, "panics")
	if code != int(Failure) {
		t.Errorf("exit code = %d, want %d", code, Failure)
	}
	for _, want := range []string{"main_test.go", "ferry: error: internal error: lost\n", "hint: this is a bug"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
}

func TestHelpJoinsTheLastGroup(t *testing.T) {
	newRoot := func(streams Streams) *cobra.Command {
		root := newTestRoot(streams)
		for _, title := range []string{"Work:", "Words:"} {
			root.AddGroup(&cobra.Group{ID: title, Title: title})
		}
		for _, cmd := range root.Commands() {
			cmd.GroupID = "Work:"
		}
		return root
	}
	code, stdout, stderr := runTest(t, newRoot)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	_, words, _ := strings.Cut(stdout, "\nWords:\n")
	words, _, _ = strings.Cut(words, "\n\n")
	want := "  completion  Generate the autocompletion script for the specified shell\n  help        Print the help of a command"
	if diff := cmp.Diff(want, words); diff != "" {
		t.Errorf("last group (-want +got):\n%s\n%s", diff, stdout)
	}
}
