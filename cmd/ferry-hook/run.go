package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror"
)

// action is what a job does with its two stores.
type action int

const (
	copies action = iota
	compares
)

// job is one run.
type job struct {
	name                string // for people: "mirror offsite"
	act                 action
	source, destination side
	options             mirror.Options
	// all stands for every bucket that the source has and, beside them, these.
	all []string
	// deadline ends a run that takes too long; 0: none.
	deadline config.Duration
}

var errDeadline = errors.New("the deadline has passed")

// run does a job and tells about it: progress, findings, report, verdict, in this order.
func (p program) run(ctx context.Context, j job, format cli.Format) error {
	log := slog.New(slog.NewTextHandler(p.streams.Err, nil))
	source, err := p.open(j.source)
	if err != nil {
		return err
	}
	destination, err := p.open(j.destination)
	if err != nil {
		return err
	}
	ctx, cancel := j.deadlined(ctx)
	defer cancel()
	for _, s := range []side{j.source, j.destination} {
		log.Info(j.name, s.role, s.url, "credentials", p.credentials(s))
	}
	if j.options.Buckets, err = p.prepare(ctx, log, j, source, destination); err != nil {
		return err
	}
	report, err := p.engine(ctx, log, j, source, destination)
	v := p.judge(j, report, err)
	return p.tell(log, format, report, v)
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
	if j.options.Buckets != nil {
		return j.options.Buckets, nil
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
	for wait := time.Second; ; wait = min(2*wait, p.interval) {
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

// engine runs the job with a line of progress now and then. When the run is ended from outside it
// gets a moment to clean up.
func (p program) engine(ctx context.Context, log *slog.Logger, j job, source mirror.Reader, destination mirror.Store) (mirror.Report, error) {
	type result struct {
		report mirror.Report
		err    error
	}
	seen := newProgress(log)
	defer seen.every(p.interval)()
	j.options.Progress = seen.event
	done := make(chan result, 1)
	go func() {
		var r result
		if j.act == compares {
			r.report, r.err = mirror.Verify(ctx, source, destination, j.options)
		} else {
			r.report, r.err = mirror.Run(ctx, source, destination, j.options)
		}
		done <- r
	}()
	select {
	case r := <-done:
		return r.report, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.report, r.err
	case <-time.After(p.grace):
		return mirror.Report{Source: source.Location(), Destination: destination.Location(), Interrupted: true},
			fmt.Errorf("interrupted, and a request did not end within %s: %w", p.grace, context.Cause(ctx))
	}
}
