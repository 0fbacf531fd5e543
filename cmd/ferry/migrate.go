package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/revision"
)

// migrateOwn are Ferry's own flags among those of Helm, true if they take a value.
var migrateOwn = map[string]bool{"config": true, "from": true, "to": true, "abort": false}

func newMigrate(streams cli.Streams, now clock) *cobra.Command {
	cmd := newHelmCommand(&cobra.Command{
		Use:   "migrate RELEASE CHART --from NAME --to NAME [helm flags]",
		Short: "Move the objects of a release to another store, and its consumers with them",
		Long: `Move the objects of a release to another store, and its consumers with them.

The flags of Helm are those of the upgrades that this takes, and enable both stores. It does

  prepare    an upgrade in which the alias stays, and a Job copies while consumers go on writing
  wait       until that Job has ended, with what it says on the terminal
  cut over   an upgrade before which the consumers are stopped, and the rest is copied and compared;
             then the alias selects the other store, and the consumers come back

and says what is left to do. Run again after whatever went wrong, it goes on where the cluster shows
that it stopped. A revision that a killed Helm has left pending is ended first, once that Helm has been
silent for longer than --timeout: with the alias moved, it is applied once more; else the release goes
back to the last revision that was deployed. --dry-run judges both upgrades and changes nothing. --abort undoes a
cutover that is half done: the consumers come back to the store that the alias selects.

The configuration is that of --config, or of the chart, with activeProvider and spec.migration set by
the step. --timeout is made long enough for the cutover.`,
		Example: `  ferry migrate lake ./chart --from minio --to versitygw --set versitygw.enabled=true --config ferry.yaml
  ferry migrate lake --abort`,
	}, func(ctx context.Context, args []string) error {
		return runMigrate(ctx, &helmLine{streams: streams, Line: helmcli.Parse(args, migrateOwn)}, now)
	})
	cmd.Flags().String("config", "", "configuration `file`; wins over the one in the manifests")
	cmd.Flags().String("from", "", "`name` of the provider that holds the objects")
	cmd.Flags().String("to", "", "`name` of the provider that they are moved to")
	cmd.Flags().Bool("abort", false, "undo a cutover that is half done")
	return cmd
}

// migration is what ferry migrate works on.
type migration struct {
	*helmLine

	from, to string
	wiring   *helmcli.Wiring
	clock    clock
	// text is the configuration as the user has it.
	text []byte
}

func runMigrate(ctx context.Context, h *helmLine, now clock) (err error) {
	m := &migration{helmLine: h, clock: now, from: h.Value("from"), to: h.Value("to")}
	abort := h.Has("abort")
	switch {
	case abort && (len(h.Words) == 1 || len(h.Words) == 2):
	case abort || len(h.Words) != 2:
		return errWords("ferry migrate RELEASE CHART --from NAME --to NAME [helm flags]", h.Words)
	case m.from == "" || m.to == "" || m.from == m.to:
		return cli.Usage.Errorf("--from and --to must name two providers").WithHint("ferry providers lists them")
	case h.Has("no-hooks"):
		return cli.Usage.Errorf("--no-hooks: objects are moved by hooks").WithHint("leave --no-hooks out")
	}
	if err := h.open(ctx, migrateOwn); err != nil {
		return err
	}
	if abort {
		return h.abortMigration(ctx)
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	if m.wiring, err = h.wire(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.wiring.Close()) }()
	if m.text, err = h.nextConfig(ctx, m.wiring); err != nil {
		return err
	}
	return m.run(ctx)
}

// run goes on where the cluster shows that the migration stands.
func (m *migration) run(ctx context.Context) error {
	prepared, err := m.step(ctx, m.from)
	if err != nil {
		return err
	}
	live, err := hooks.Observe(ctx, m.client, prepared.Config)
	if err != nil {
		return err
	}
	journal, err := cutover.ReadJournal(ctx, m.client, prepared.Config.Metadata.Name)
	if err != nil {
		return err
	}
	used := live.Selected
	if current := prepared.situation.Current; current.Unmarked() {
		used = current.Active
	}
	switch {
	case used != "" && used != m.from && used != m.to:
		return cli.Refused.Errorf("consumers use %s, which is neither %s nor %s", used, m.from, m.to).
			WithHint("ferry status %s", m.Words[0])
	case journal != nil && (journal.From != m.from || journal.To != m.to):
		return cli.Refused.Errorf("a cutover from %s to %s is half done", journal.From, journal.To).
			WithHint("ferry migrate %s --abort, or finish it with --from %s --to %s", m.Words[0], journal.From, journal.To)
	case used == m.to && journal == nil:
		m.say("consumers use %s already", m.to)
		return m.left(ctx, prepared.Config)
	case m.DryRun():
		return m.rehearse(ctx, prepared)
	case used == m.from && journal == nil, used == "":
		if err := m.prepare(ctx, prepared); err != nil {
			return err
		}
	}
	return m.cutOver(ctx)
}

// step renders the release with the alias on a provider. The command goes on with this configuration.
func (m *migration) step(ctx context.Context, active string) (*next, error) {
	err := m.setConfig(m.wiring.Path("ferry-"+active+".yaml"), m.text, map[string]map[string]any{
		"objectStorage": {"activeProvider": active},
		"migration":     {"enabled": true, "dryRun": false, "from": m.from, "to": m.to},
	})
	if err != nil {
		return nil, err
	}
	return m.render(ctx, m.wiring)
}

// rehearse judges both upgrades.
func (m *migration) rehearse(ctx context.Context, prepared *next) error {
	m.say("prepare: the alias stays on %s, and a Job copies to %s", m.from, m.to)
	if err := m.guard(ctx, prepared.situation); err != nil {
		return err
	}
	moved, err := m.step(ctx, m.to)
	if err != nil {
		return err
	}
	m.say("cut over: the alias moves to %s", m.to)
	if err := m.guard(ctx, moved.situation); err != nil {
		return err
	}
	healing, err := cutover.Heals(ctx, m.client, moved.situation)
	if err != nil {
		return err
	}
	for _, possible := range healing.Possible {
		m.say("warning: %s", possible)
	}
	return errHealing(healing)
}

// prepare makes the first pass, or goes on with it.
func (m *migration) prepare(ctx context.Context, n *next) error {
	job := firstPass(n)
	if job == "" {
		return cli.Failure.Errorf("no Job copies from %s to %s in what is rendered", m.from, m.to).
			WithHint("enable both in the chart's values")
	}
	state, err := m.jobState(ctx, job)
	if err != nil {
		return err
	}
	if state == jobFailed {
		m.say("the first pass has failed: it is begun again")
		if err := m.removeJob(ctx, job); err != nil {
			return err
		}
	}
	if state == jobNone || state == jobFailed {
		m.say("prepare: the alias stays on %s, and Job/%s copies to %s", m.from, job, m.to)
		if err := m.guard(ctx, n.situation); err != nil {
			return err
		}
		if err := m.apply(ctx, n, "upgrade", func() error { return m.wired(ctx, m.wiring, "upgrade") }); err != nil {
			return err
		}
	}
	m.say("wait for Job/%s", job)
	return ended(m.awaitJob(ctx, job))
}

// cutOver makes the upgrade that moves the alias.
func (m *migration) cutOver(ctx context.Context) error {
	n, err := m.step(ctx, m.to)
	if err != nil {
		return err
	}
	m.say("cut over: the alias moves to %s", m.to)
	if err := m.guard(ctx, n.situation); err != nil {
		return err
	}
	if m.Line, err = m.stretched(n.Config); err != nil {
		return err
	}
	if err := m.apply(ctx, n, "upgrade", func() error { return m.wired(ctx, m.wiring, "upgrade") }); err != nil {
		return err
	}
	live, err := hooks.Observe(ctx, m.client, n.Config)
	if err != nil {
		return err
	}
	if live.Selected != "" && live.Selected != m.to && !n.situation.Next.Unmarked() {
		return cli.Failure.Errorf("consumers are to use %s after the upgrade, not %s", live.Selected, m.to).WithHint("ferry status %s", m.Words[0])
	}
	return m.left(ctx, n.Config)
}

// Bounds of Helm's --timeout.
const (
	helmDefault = 5 * time.Minute
	// overhead is what a cutover may take beyond its deadline: a pod starts, consumers come back.
	overhead = 2 * time.Minute
)

// left says what is left to do. What came late and is left to people makes the migration one that is partly
// done: both stores keep what they have.
func (m *migration) left(ctx context.Context, cfg *config.Config) error {
	m.say("%s serves the consumers now. Left to do:", m.to)
	m.say("  1. in the configuration: spec.objectStorage.activeProvider: %s, spec.migration.from: %s, to: %s", m.to, m.from, m.to)
	m.say("  2. when nothing is missing, switch %s off: ferry upgrade %s %s … (its claims are kept)", m.from, m.Words[0], m.Words[1])
	proof, err := record.Read(ctx, m.client, cfg.Metadata.Name)
	if err != nil || proof == nil || proof.To != m.to || proof.Late.Total() == 0 {
		return err
	}
	return cli.Partial.Errorf("%d objects were written or deleted on %s after the proof and are left to you", proof.Late.Total(), m.from).
		WithHint("ferry status %s names them", m.Words[0])
}

func (m *migration) say(format string, args ...any) {
	fmt.Fprintf(m.streams.Err, "ferry: "+format+"\n", args...)
}

// abortMigration undoes a cutover that is half done.
func (h *helmLine) abortMigration(ctx context.Context) error {
	release := h.Words[0]
	history, err := revision.Read(ctx, h.client, release)
	if err != nil {
		return err
	}
	cfg, err := h.liveConfig(ctx, release, history.ToCome, history.InForce)
	if err != nil {
		return err
	}
	if h.DryRun() {
		return cli.Usage.Errorf("--abort has no dry run").WithHint("ferry status %s", release)
	}
	if err := h.removeJob(ctx, cutover.JobName(cfg.Metadata.Name)); err != nil {
		return err
	}
	verdict, err := abort(ctx, h.client, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(h.streams.Err, "ferry: %s\n", verdict)
	return nil
}
