package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/mirror"
)

// recordOptions say which move a comparison is the proof of.
type recordOptions struct {
	release, from, to      string
	namespace, kubeContext string
}

func (o *recordOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.release, "record", "", "`release` whose next upgrade moves consumers from SRC to DST: what is proven is kept for it")
	flags.StringVar(&o.from, "from", "", "`name` of the provider that SRC is, for --record")
	flags.StringVar(&o.to, "to", "", "`name` of the provider that DST is, for --record")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "`namespace` of the release (default: that of the context)")
	flags.StringVar(&o.kubeContext, "kube-context", "", "`name` of the kubeconfig context")
	cmd.MarkFlagsRequiredTogether("record", "from", "to")
}

// narrowing are the flags by which a comparison leaves something out, which a proof may not.
var narrowing = []string{"buckets", "include", "exclude", "newer-than", "older-than", "ignore-extra", "versions", "settings", "checksum", "report"}

// runRecord compares two stores, and keeps the proof for the next revision of a release.
func runRecord(ctx context.Context, streams cli.Streams, p places, opts *verifyOptions, given func(flag string) bool) error {
	o := opts.record
	for _, flag := range narrowing {
		if given(flag) {
			return cli.Usage.Errorf("--record compares all that a release has, as a cutover does, and takes no --%s", flag)
		}
	}
	switch {
	case p.source.bucket != "" || p.destination.bucket != "":
		return cli.Usage.Errorf("--record is of whole stores, and SRC and DST name buckets").WithHint("ferry verify lake copy --record RELEASE …")
	case o.from == o.to:
		return cli.Usage.Errorf("--from and --to must name two providers").WithHint("ferry providers lists them")
	}
	args := []string{"--namespace=" + o.namespace, "--kube-context=" + o.kubeContext}
	h := &helmLine{streams: streams, Line: helmcli.Parse(args, nil)}
	var err error
	if h.client, err = kube.Open(h.Access(os.Getenv)); err != nil {
		return err
	}
	history, err := revision.Read(ctx, h.client, o.release)
	switch {
	case err != nil:
		return err
	case history.ToCome != nil:
		return errPending(history)
	case history.InForce == nil:
		return cli.Failure.Errorf("there is no release %s in %s", o.release, h.client.Namespace).WithHint("helm list -n %s", h.client.Namespace)
	}
	cfg, err := h.liveConfig(ctx, o.release, history.InForce)
	if err != nil {
		return err
	}
	s := hooks.Situation{Config: cfg, Release: o.release, Revision: history.Newest + 1}
	if s.Current, err = hooks.InForce(history.InForce, cfg); err != nil {
		return err
	}
	t := newTerminal(streams)
	world := cutover.World{Client: h.client, Config: cfg, Log: t.log, Open: func(_ context.Context, provider string) (mirror.Store, error) {
		place := p.source
		if provider == o.to {
			place = p.destination
		}
		store, _, err := opts.open(place)
		if err != nil {
			return nil, err // not a nil store in an interface
		}
		return store, nil
	}}
	verdict, err := world.Record(ctx, s, cutover.Move{From: o.from, To: o.to, Revision: s.Revision, Release: o.release})
	if refusal, refused := errors.AsType[*cutover.Refusal](err); refused {
		return cli.Refused.Wrap(refusal)
	}
	if err == nil {
		fmt.Fprintln(streams.Err, verdict)
	}
	return err
}
