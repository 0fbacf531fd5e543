package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/portforward"
	"github.com/helm-ferry/ferry/internal/status"
)

// statusOwn are Ferry's own flags among those of Helm, true if they take a value.
var statusOwn = map[string]bool{"output": true}

func newStatus(streams cli.Streams) *cobra.Command {
	format := cli.TableFormat
	cmd := newHelmCommand(&cobra.Command{
		Use:   "status [RELEASE] [helm flags]",
		Short: "Say where releases stand: alias, stores, migration, mirrors, and what is wrong",
		Long: `Say where releases stand: alias, stores, migration, mirrors, and what is wrong.

It looks at one release, or at all of the namespace that have Ferry's objects, and never writes. What is
wrong is said with what to do about it. The exit code is 3 when the copy of a mirror is older than its
RPO.

The Secret that consumers read is tried on the store that they use, by a list of its buckets. The way to
a store in the cluster is that of kubectl port-forward; where it is closed, that is said.`,
		Example: `  ferry status lake -n data
  helm ferry status -o json`,
	}, func(ctx context.Context, args []string) error {
		return runStatus(ctx, streams, helmcli.Parse(args, statusOwn))
	})
	cli.AddFormatFlag(cmd, &format)
	return cmd
}

func runStatus(ctx context.Context, streams cli.Streams, line helmcli.Line) error {
	if len(line.Words) > 1 {
		return errWords("ferry status [RELEASE]", line.Words)
	}
	format := cli.TableFormat
	if line.Has("output") {
		if err := format.Set(line.Value("output")); err != nil {
			return cli.Usage.Errorf("--output: %w", err)
		}
	}
	client, err := kube.Open(line.Access(os.Getenv))
	if err != nil {
		return err
	}
	found, err := status.Read(ctx, client, strings.Join(line.Words, ""), time.Now(), portforward.Open)
	if errors.Is(err, status.ErrNone) {
		return cli.WithHint(err, "helm list -n %s; ferry status lists all that have", client.Namespace)
	}
	if err != nil {
		return err
	}
	result := statusResult{found}
	if err := cli.Print(streams.Out, format, result); err != nil {
		return err
	}
	for _, s := range found {
		if s.Breached() {
			return cli.Differences.Errorf("a copy of %s is older than its RPO", s.Release)
		}
	}
	return nil
}

// statusResult is what ferry status prints.
type statusResult struct {
	Releases []status.Status `json:"releases"`
}

// Table has a row for everything that has a state.
func (r statusResult) Table() cli.Table {
	table := cli.Table{Header: []string{"RELEASE", "WHAT", "NAME", "STATE", "DETAILS"}}
	for _, s := range r.Releases {
		add := func(cells ...string) { table.Rows = append(table.Rows, append([]string{s.Release}, cells...)) }
		add("revision", fmt.Sprint(s.Revision), s.State, s.Pending)
		add("guard", "", s.Guard, "")
		add("alias", s.Alias.Name, cmp.Or(s.Alias.Provider, "none"), aliasDetails(s))
		for _, store := range s.Stores {
			add("store", store.Provider, fmt.Sprintf("%d ready", store.Ready), cmp.Or(store.Endpoint, store.Service)+"; credentials "+store.Credentials)
		}
		if m := s.Migration; m.From != "" || m.FirstPass != "" {
			add("migration", m.From+" → "+m.To, cmp.Or(m.Cutover, m.Record), m.FirstPass)
		}
		for _, m := range s.Mirrors {
			add("mirror", m.Name, ageOf(m), m.Verdict)
		}
		for _, p := range s.Problems {
			add("problem", "", p.What, p.Remedy)
		}
	}
	return table
}

// aliasDetails says how the alias is, and where consumers are if it was left behind.
func aliasDetails(s status.Status) string {
	details := fmt.Sprintf("%d ready", s.Alias.Ready)
	if s.Active != "" && s.Active != s.Alias.Provider {
		details += "; consumers use " + s.Active
	}
	return details
}

func ageOf(m status.Mirror) string {
	text := "never"
	if m.LastSuccess != nil {
		text = m.LastSuccess.UTC().Format("2006-01-02 15:04:05Z") + ", " + m.Age + " ago"
	}
	if m.Breached {
		text += " (older than " + m.RPO + ")"
	}
	return text
}
