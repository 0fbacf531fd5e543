// Command engine is `ferry mirror` without its command line, for what that does not offer: another
// driver, and a profile of the processor.
//
//	engine [-minio-go] [-profile FILE] BUCKET
//
// MC_HOST_src and MC_HOST_dst say from where to where.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/helm-ferry/ferry/internal/heap"
	"github.com/helm-ferry/ferry/internal/mcalias"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

func main() { os.Exit(run(context.Background(), os.Environ(), os.Args[1:])) }

func run(ctx context.Context, environ, args []string) int {
	flags := flag.NewFlagSet("engine", flag.ContinueOnError)
	reference := flags.Bool("minio-go", false, "reach the stores through minio-go")
	profile := flags.String("profile", "", "`file` that gets the profile")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return 2
	}
	heap.ForObjects(os.Getenv)
	err := profiled(*profile, func() error {
		return mirrorBucket(ctx, mcalias.Finder{Environ: environ}, *reference, flags.Arg(0))
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine: error:", err)

		return 1
	}

	return 0
}

// profiled writes a profile of what do does, if a file is named.
func profiled(name string, do func() error) error {
	if name == "" {
		return do()
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	err = do()
	pprof.StopCPUProfile()

	return errors.Join(err, file.Close())
}

func mirrorBucket(ctx context.Context, finder mcalias.Finder, reference bool, bucket string) error {
	source, err := open(finder, reference, "src")
	if err != nil {
		return err
	}
	destination, err := open(finder, reference, "dst")
	if err != nil {
		return err
	}
	report, err := mirror.Run(ctx, source, destination, mirror.Options{Buckets: []string{bucket}})
	if err != nil {
		return err
	}
	if outcome := report.Outcome(); outcome != mirror.OutcomeDone {
		return fmt.Errorf("the outcome is %v", outcome)
	}

	return nil
}

// open reaches a store, by the way that ferry takes or by the one of the reference.
func open(finder mcalias.Finder, reference bool, alias string) (mirror.Store, error) {
	found, err := finder.Find(alias)
	if err != nil {
		return nil, err
	}
	if reference {
		return s3.Open(found.Endpoint)
	}

	return s3http.Open(found.Endpoint)
}
