// Command memserver is an S3 server in memory, in a process of its own, until its standard input ends.
// It prints its URL. Objects are made up, so that they cost nothing to prepare.
//
//	memserver [-objects N -size BYTES [-parts N]] BUCKET
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/helm-ferry/ferry/mirror/quirky"
)

func main() { os.Exit(run(context.Background(), os.Stdin, os.Stdout, os.Args[1:])) }

func run(ctx context.Context, stdin io.Reader, stdout io.Writer, args []string) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	flags := flag.NewFlagSet("memserver", flag.ContinueOnError)
	objects := flags.Int("objects", 0, "`number` of objects that the bucket has; without any it can be written to")
	size := flags.Int("size", 0, "`bytes` of each object")
	parts := flags.Int("parts", 0, "`number` of parts in which each was written")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return 2
	}
	server := quirky.New(quirky.Config{Name: "MinIO"}) // whose reads say whether there are tags
	if *objects > 0 {
		server.CreateSynthetic(flags.Arg(0), quirky.Synthetic{Keys: *objects, Prefix: "events/part-", Size: *size, Parts: *parts})
	} else {
		server.CreateBucket(flags.Arg(0))
	}
	url, err := server.Start(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "memserver: error:", err)

		return 1
	}
	fmt.Fprintln(stdout, url)
	_, _ = io.Copy(io.Discard, stdin)

	return 0
}
