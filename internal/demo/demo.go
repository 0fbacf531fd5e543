package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

func newRoot(streams cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show what Ferry does to a release, on this machine",
		RunE:  func(cmd *cobra.Command, _ []string) error { return show(cmd.Context(), streams) },
	}
}

// values are those of the demo beside charts/lakehouse/demo-values.yaml.
//
//go:embed values.yaml
var values []byte

// show runs the demo in a temporary folder and removes it.
func show(ctx context.Context, streams cli.Streams) error {
	// a reader that goes away, as head does, must not keep the demo from tidying up
	signal.Ignore(syscall.SIGPIPE)
	began := time.Now()
	dir, err := os.MkdirTemp("", "ferry-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	s := stage{streams}
	if err := errors.Join(s.play(ctx, dir), os.RemoveAll(dir)); err != nil {
		return err
	}
	s.say("")
	s.say("Done in %.0f seconds; nothing is left behind.", time.Since(began).Seconds())
	return nil
}

// play is the demo itself.
func (s stage) play(ctx context.Context, dir string) error {
	file := filepath.Join(dir, "values.yaml")
	if err := os.WriteFile(file, values, 0o600); err != nil {
		return fmt.Errorf("write the values: %w", err)
	}
	s.title("The programs: real ones, built from source")
	w, err := newWorkshop(ctx, s, dir)
	if err != nil {
		return err
	}
	s.title("A release, rendered through Ferry: MinIO in force, Versity S3 Gateway beside it")
	before, err := w.render(ctx, s, file)
	if err != nil {
		return err
	}
	if err := s.summarise(before); err != nil {
		return err
	}
	s.title("The data: the migration Job of that release, run against real servers")
	if err := w.move(ctx, s, before); err != nil {
		return err
	}
	s.title("The cutover: acknowledged, and the alias leads to the other store")
	s.say("ferry-hook verify ended with DONE: requireProof=false tells Ferry that the copy is proven.")
	s.say("")
	after, err := w.render(ctx, s, file, "objectStorage.cutoverAcknowledged=true", "preUpgradeChecks.requireProof=false")
	if err != nil {
		return err
	}
	return s.flip(before, after)
}
