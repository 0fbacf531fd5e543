package journal_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/helm-ferry/ferry/mirror/journal"
	"github.com/helm-ferry/ferry/mirror/state"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	place := state.NewFolder(dir)
	if _, err := place.Open(ctx, state.Write); err != nil {
		log.Fatal(err)
	}
	run := func(f func(j *journal.Journal) error) {
		j, err := journal.Open(ctx, place, "cargo", "http://minio:9000 http://rustfs:9000")
		if err == nil {
			err = j.Merge(ctx)
		}
		if err == nil {
			err = f(j)
		}
		if err == nil {
			err = j.Close(ctx, true)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	src := journal.Row{ETag: "opaque", Size: 5, Modified: time.Unix(1_700_000_000, 0)}
	dst := journal.Row{ETag: "5d41402abc4b2a76b9719d911017c592", Size: 5, Modified: time.Unix(1_700_000_060, 0)}
	run(func(j *journal.Journal) error {
		return j.Record(ctx, journal.Equivalence{Key: "hello", Source: src, Destination: dst, Proof: "read-back"})
	})
	run(func(j *journal.Journal) error {
		fmt.Println(j.Cursor().Vouches(ctx, "hello", src, dst))
		dst.Modified = dst.Modified.Add(time.Second)
		fmt.Println(j.Cursor().Vouches(ctx, "hello", src, dst))

		return nil
	})
	// Output:
	// read-back true
	//  false
}
