// Command load writes, overwrites and deletes objects of a bucket all the time, and keeps a ledger of
// what the store acknowledged (package ledger). It stands for an application: as a pod of a release,
// or outside of it on connections that stay open.
//
// Credentials are in ACCESS_KEY and SECRET_KEY. SIGTERM lets it finish what is under way.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() { os.Exit(run(context.Background(), os.Stderr, os.Getenv, os.Args[1:])) } //nolint:forbidigo // it is a program

// options say where and how fast.
type options struct {
	endpoint, bucket, folder, name string
	pace                           time.Duration
	keys                           int
	seed                           uint64
}

func run(ctx context.Context, stderr io.Writer, getenv func(string) string, args []string) int {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.endpoint, "endpoint", "", "`URL` of the store")
	flags.StringVar(&o.bucket, "bucket", "", "bucket, which must be there or is made")
	flags.StringVar(&o.folder, "ledger", ".", "folder of the ledger NAME.jsonl")
	flags.StringVar(&o.name, "name", getenv("HOSTNAME"), "name of this writer, the prefix of its keys")
	flags.DurationVar(&o.pace, "pace", 40*time.Millisecond, "time between two operations")
	flags.IntVar(&o.keys, "keys", 200, "number of keys")
	flags.Uint64Var(&o.seed, "seed", 1, "what is done")
	if flags.Parse(args) != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := write(ctx, o, getenv("ACCESS_KEY"), getenv("SECRET_KEY")); err != nil {
		fmt.Fprintln(stderr, "load: error:", err)

		return 1
	}

	return 0
}

func write(ctx context.Context, o options, accessKey, secretKey string) error {
	u, err := url.Parse(o.endpoint)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(o.folder, o.name+".jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) //nolint:gosec // for the test to read
	if err != nil {
		return err
	}
	w, err := newWriter(o, u, accessKey, secretKey, f)
	if err == nil {
		err = w.run(ctx)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}

	return err
}
