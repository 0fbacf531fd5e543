//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func TestSignalEndsWith130(t *testing.T) {
	waiting := func(then func(context.Context) error) func(Streams) *cobra.Command {
		return func(Streams) *cobra.Command {
			return &cobra.Command{Use: "ferry", RunE: func(cmd *cobra.Command, _ []string) error {
				<-cmd.Context().Done()
				return then(cmd.Context())
			}}
		}
	}
	tests := map[string]struct {
		then   func(context.Context) error
		code   Kind
		stderr string
	}{
		"the context's error": {
			func(ctx context.Context) error { return fmt.Errorf("copy bucket a: %w", ctx.Err()) },
			Interrupted, "ferry: error: interrupted: copy bucket a: context canceled\n",
		},
		"a consequence": {
			func(context.Context) error { return errors.New("helm: signal: killed") },
			Interrupted, "ferry: error: interrupted: helm: signal: killed\n",
		},
		"partly done because of it": {
			func(ctx context.Context) error {
				return Partial.Errorf("3 of 7 buckets: %w", ctx.Err()).WithHint("run it again")
			},
			Interrupted, "ferry: error: interrupted: 3 of 7 buckets: context canceled\nhint: run it again\n",
		},
		"a verdict that was reached before": {
			func(context.Context) error { return Refused.Errorf("claim data-minio-0 would be deleted") },
			Refused, "ferry: error: claim data-minio-0 would be deleted\n",
		},
		"done all the same": {func(context.Context) error { return nil }, Done, ""},
	}
	for name, test := range tests {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(name+"/"+signal.String(), func(t *testing.T) {
				newRoot := waiting(test.then)
				code, _, stderr := runTest(t, func(streams Streams) *cobra.Command {
					root := newRoot(streams)
					run := root.RunE
					root.RunE = func(cmd *cobra.Command, args []string) error {
						if err := syscall.Kill(os.Getpid(), signal); err != nil {
							return err
						}
						return run(cmd, args)
					}
					return root
				})
				if code != int(test.code) {
					t.Errorf("exit code = %d, want %d", code, test.code)
				}
				if diff := cmp.Diff(test.stderr, stderr); diff != "" {
					t.Errorf("stderr (-want +got):\n%s", diff)
				}
			})
		}
	}
}
