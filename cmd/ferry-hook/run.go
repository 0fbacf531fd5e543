package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// job is one run between two sides.
type job struct {
	copying.Job
	source, destination side
	// all stands for every bucket that the source has and, beside them, these.
	all []string
	// stated: the run keeps its state at the destination, where its options say.
	stated bool
	// wary: a bucket of the destination is refused that holds a stranger's objects.
	wary bool
	// accept is what may differ.
	accept []string
}

// output is how a command shows what came of its job.
type output struct {
	format  cli.Format
	records copying.Records
	summary string // ConfigMap that gets how the run ended; empty: none does
}

func (o *output) addFlags(cmd *cobra.Command) {
	cli.AddFormatFlag(cmd, &o.format)
	o.records.AddFlags(cmd)
}

// run does a job and tells about it: progress, findings, report, verdict, in this order. A run that
// did not begin is in the records, too.
func (p program) run(ctx context.Context, j job, o output) error {
	if err := o.records.Prepare(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.streams.Err, nil))
	began := time.Now()
	report, verdict, err := p.carry(ctx, log, j)
	if err != nil {
		report = mirror.Report{Source: j.source.url, Destination: j.destination.url}
		verdict = copying.Verdict{Name: j.Name, Kind: cli.KindOf(err), Text: err.Error()}
		p.summarize(ctx, log, o.summary, began, report, verdict)
		return errors.Join(err, o.records.Keep(report, verdict))
	}
	p.summarize(ctx, log, o.summary, began, report, verdict)
	err = o.records.Keep(report, verdict)
	return errors.Join(copying.Tell(p.streams, log, o.format, report, verdict), err)
}

// carry does a job. The error is one that kept it from beginning.
func (p program) carry(ctx context.Context, log *slog.Logger, j job) (mirror.Report, copying.Verdict, error) {
	failed := func(err error) (mirror.Report, copying.Verdict, error) {
		return mirror.Report{}, copying.Verdict{}, err
	}
	source, err := p.open(j.source)
	if err != nil {
		return failed(err)
	}
	destination, err := p.open(j.destination)
	if err != nil {
		return failed(err)
	}
	ctx, cancel := j.deadlined(ctx)
	defer cancel()
	j.SourceKeys, j.DestinationKeys = p.credentials(j.source), p.credentials(j.destination)
	log.Info(j.Name, "source", j.source.url, "credentials", j.SourceKeys)
	log.Info(j.Name, "destination", j.destination.url, "credentials", j.DestinationKeys)
	if j.Options.Buckets, err = p.prepare(ctx, log, j, source, destination); err != nil {
		return failed(err)
	}
	if j.stated {
		j.Options.State = mirror.StateIn(destination, j.Options.StateBucket, j.Options.StatePrefix)
		j.Options.Origin = originOf(source.Location(), p.searched())
	}
	if j.wary {
		j.Options.Ours = p.cameFrom(ctx, log, source, destination)
	}
	tolerance := cutover.Tolerate(j.accept)
	j.Options.Progress = tolerance.See
	report, err := copying.Run(ctx, log, j.Job, source, destination)
	_, verdict := tolerance.Judge(log, j.Job, report, err)
	return report, verdict, nil
}

// prepare waits for both stores and returns the buckets to deal with.
func (p program) prepare(ctx context.Context, log *slog.Logger, j job, source, destination mirror.Reader) ([]string, error) {
	existing, denied, err := p.await(ctx, log, "source", source)
	if err != nil {
		return nil, err
	}
	if _, _, err := p.await(ctx, log, "destination", destination); err != nil {
		return nil, err
	}
	if j.Options.Buckets != nil {
		return j.Options.Buckets, nil
	}
	if denied != nil {
		return nil, fmt.Errorf("list the buckets of %s with the credentials in %s: %w", source.Location(), p.credentials(j.source), denied)
	}
	buckets := slices.DeleteFunc(slices.Concat(existing, j.all), func(name string) bool { return name == mirror.DefaultStateBucket })
	slices.Sort(buckets)
	return slices.Compact(buckets), nil
}

// await asks a store for its buckets until it answers. A store that answers with a refusal is
// there: credentials may reach a bucket and not the list of all.
func (p program) await(ctx context.Context, log *slog.Logger, role string, store mirror.Reader) (names []string, denied, err error) {
	ended := time.After(p.patience)
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		names, denied = ask(ctx, store)
		if !errors.Is(denied, mirror.ErrTemporary) && !errors.Is(denied, context.DeadlineExceeded) && ctx.Err() == nil {
			return names, denied, nil
		}
		log.Warn("waiting for the "+role, "url", store.Location(), "error", denied)
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("wait for %s %s: %w: %w", role, store.Location(), context.Cause(ctx), denied)
		case <-ended:
			return nil, nil, cli.WithHint(fmt.Errorf("%s %s does not answer: %w", role, store.Location(), denied),
				"kubectl get pods,endpointslices shows whether the store runs and is ready")
		case <-time.After(wait):
		}
	}
}

func ask(ctx context.Context, store mirror.Reader) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return store.Buckets(ctx)
}
