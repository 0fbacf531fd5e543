package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/hookcmd"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/mirror"
)

// cutoverOptions are the flags of ferry-hook cutover and bring-back.
type cutoverOptions struct {
	config, release string
	// manifest is a file with the manifest to come, where Helm has no record of it yet.
	manifest string

	revision       int
	stores         stores
	abort, confirm bool
}

func (o *cutoverOptions) addFlags(cmd *cobra.Command) {
	addConfigFlag(cmd, &o.config)
	addStoreFlag(cmd, &o.stores)
	cmd.Flags().StringVar(&o.release, "release", "", "`name` of the release")
	cmd.Flags().IntVar(&o.revision, "revision", 0, "`number` of the revision that the hook was rendered for")
}

func (p program) cutoverCommand() *cobra.Command {
	opts := &cutoverOptions{}
	cmd := &cobra.Command{
		Use:   hookcmd.Cutover + " --store NAME=URL --store NAME=URL [--release NAME [--revision N]]",
		Short: "Move the objects to another provider before an upgrade applies the manifest that selects it",
		Long: `Move the objects to another provider before an upgrade applies the manifest that selects it.

As a hook of an upgrade or a rollback it compares the provider that the live alias selects with that
of the manifest to come. Where they are the same it does nothing. Else it looks for what would go
wrong before anything stops, stops the consumers, makes the buckets of the one provider equal to
those of the other, compares them, and writes the record. Only then does Helm apply the manifest.

Whatever fails, the consumers come back, the alias stays, and the upgrade is refused.

--abort undoes a cutover that is half done: consumers come back, what was copied stays where it is.

--confirm moves nothing. As a hook behind that of the cutover it refuses an upgrade whose record is not
there: Helm 3 takes a Job that somebody deletes for one that has succeeded.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runCutover(cmd.Context(), opts) },
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.manifest, "manifest", "",
		"`file` with the manifest to come, where Helm is not at work on it yet; goes with --release and --revision")
	cmd.Flags().BoolVar(&opts.abort, "abort", false, "undo a cutover that is half done")
	cmd.Flags().BoolVar(&opts.confirm, "confirm", false, "make sure that the cutover before it has proven what it had to")
	cmd.MarkFlagsMutuallyExclusive("abort", "confirm", "manifest")
	return cmd
}

func (p program) runCutover(ctx context.Context, opts *cutoverOptions) error {
	w, err := p.cutoverWorld(opts)
	if err != nil {
		return err
	}
	if opts.abort {
		verdict, err := w.Abort(ctx)
		return p.concludeCutover(verdict, err)
	}
	s, err := opts.situation(ctx, w)
	if err != nil {
		return err
	}
	if opts.confirm {
		verdict, err := w.Confirm(ctx, s)
		return p.concludeCutover(verdict, err)
	}
	verdict, err := p.withStores(w, opts.stores, s).Run(ctx, s)
	return p.concludeCutover(verdict, err)
}

// concludeCutover writes the verdict as the last line.
func (p program) concludeCutover(verdict string, err error) error {
	if refusal, ok := errors.AsType[*cutover.Refusal](err); ok {
		fmt.Fprintln(p.streams.Err, "REFUSED: "+strings.Join(strings.Fields(refusal.Reason), " "))
		return cli.Refused.Wrap(nil)
	}
	if err == nil {
		fmt.Fprintln(p.streams.Err, verdict)
	}
	return err
}

// cutoverWorld is what a cutover works on.
func (p program) cutoverWorld(opts *cutoverOptions) (cutover.World, error) {
	if err := checkRevision(opts.release, opts.revision); err != nil {
		return cutover.World{}, err
	}
	cfg, err := loadConfig(opts.config)
	if err != nil {
		return cutover.World{}, err
	}
	client, err := p.cluster()
	if err != nil {
		return cutover.World{}, err
	}
	domain := p.searched()
	return cutover.World{
		Client: client, Config: cfg, Log: slog.New(slog.NewTextHandler(p.streams.Err, nil)),
		Origin: func(location string) func(string) mirror.Origin { return originOf(location, domain) },
	}, nil
}

// situation finds the two manifests by the records that Helm keeps.
func (o *cutoverOptions) situation(ctx context.Context, w cutover.World) (hooks.Situation, error) {
	if o.manifest != "" {
		return o.announced(ctx, w)
	}
	history, err := historyOf(ctx, w.Client, o.release, o.revision, cutover.JobName(w.Config.Metadata.Name))
	if err != nil {
		return hooks.Situation{}, err
	}
	return hooks.Between(history, w.Config)
}

// announced is the situation of an upgrade that Helm has not begun: the manifest to come is a file,
// packed by gzip, since it has to fit into a Secret.
func (o *cutoverOptions) announced(ctx context.Context, w cutover.World) (hooks.Situation, error) {
	if o.release == "" || o.revision == 0 {
		return hooks.Situation{}, cli.Usage.Errorf("--manifest is that of a revision: name it with --release and --revision")
	}
	text, err := readPacked(o.manifest)
	if err != nil {
		return hooks.Situation{}, fmt.Errorf("read the manifest to come: %w", err)
	}
	history, err := revision.Read(ctx, w.Client, o.release)
	if err != nil {
		return hooks.Situation{}, err
	}
	history.ToCome = &revision.Revision{Release: o.release, Namespace: w.Client.Namespace, Number: o.revision, Status: "pending-upgrade", Manifest: text}
	return hooks.Between(history, w.Config)
}

// maxManifest bounds what a packed manifest may unpack to.
const maxManifest = 64 << 20

func readPacked(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, maxManifest))
	return string(text), err
}

// checkRevision demands the release that a number belongs to.
func checkRevision(release string, number int) error {
	if number != 0 && release == "" {
		return cli.Usage.Errorf("--revision is one of a release: name it with --release")
	}
	return nil
}

// historyOf reads where a release stands: by its name and a number, by its name, or by a hook of it.
func historyOf(ctx context.Context, client kube.Client, release string, number int, job string) (revision.History, error) {
	switch {
	case release == "":
		return revision.ReadOf(ctx, client, "Job", job)
	case number == 0:
		return revision.Read(ctx, client, release)
	}
	return revision.ReadAt(ctx, client, release, number)
}
