package mirror_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// put writes a text into a store.
func put(ctx context.Context, s mirror.Store, bucket, key, text string) {
	_, err := s.Put(ctx, bucket, key, mirror.PutRequest{
		Body: strings.NewReader(text), Size: int64(len(text)), MD5: md5.Sum([]byte(text)),
	})
	if err != nil {
		log.Fatal(err)
	}
}

func Example() {
	ctx := context.Background()
	src, dst := memory.New("mem://old", memory.Quirks{}), memory.New("mem://new", memory.Quirks{})
	if err := src.CreateBucket(ctx, "ilum-data", mirror.BucketRequest{}); err != nil {
		log.Fatal(err)
	}
	put(ctx, src, "ilum-data", "tables/orders.parquet", "orders")
	put(ctx, src, "ilum-data", "tables/clients.parquet", "clients")

	opts := mirror.Options{Buckets: []string{mirror.AllBuckets}, CreateBuckets: true}
	for range 2 {
		report, err := mirror.Run(ctx, src, dst, opts)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d copied, %d equal\n", report.Outcome(), report.Totals.Copied, report.Totals.Equal)
	}
	// Output:
	// done: 2 copied, 0 equal
	// done: 0 copied, 2 equal
}

func ExampleVerify() {
	ctx := context.Background()
	src, dst := memory.New("mem://old", memory.Quirks{}), memory.New("mem://new", memory.Quirks{})
	for _, store := range []mirror.Store{src, dst} {
		if err := store.CreateBucket(ctx, "ilum-data", mirror.BucketRequest{}); err != nil {
			log.Fatal(err)
		}
	}
	put(ctx, src, "ilum-data", "a", "same")
	put(ctx, dst, "ilum-data", "a", "same")
	put(ctx, src, "ilum-data", "b", "content")
	put(ctx, dst, "ilum-data", "b", "CONTENT")
	put(ctx, dst, "ilum-data", "c", "nobody else has this")

	report, err := mirror.Verify(ctx, src, dst, mirror.Options{Buckets: []string{"ilum-data"}, Concurrency: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Outcome())
	for kind, n := range report.Buckets[0].Proofs {
		fmt.Printf("%d proven by %s\n", n, kind)
	}
	for _, difference := range report.Buckets[0].Differences.First {
		fmt.Println(difference.Key, difference.Kind)
	}
	// Unordered output:
	// differences
	// 1 proven by etag
	// b content
	// c extra
}

func ExampleRestore() {
	ctx := context.Background()
	src, backup := memory.New("mem://lake", memory.Quirks{}), memory.New("mem://offsite", memory.Quirks{})
	if err := src.CreateBucket(ctx, "ilum-data", mirror.BucketRequest{}); err != nil {
		log.Fatal(err)
	}
	opts := mirror.Options{
		Buckets: []string{mirror.AllBuckets}, CreateBuckets: true,
		State:  mirror.StateIn(backup, mirror.DefaultStateBucket, ""),
		Remove: mirror.Remove{Trash: 30 * 24 * time.Hour},
	}
	var before time.Time
	for _, text := range []string{"orders", "nonsense"} {
		put(ctx, src, "ilum-data", "orders.csv", text)
		if _, err := mirror.Run(ctx, src, backup, opts); err != nil {
			log.Fatal(err)
		}
		if before.IsZero() {
			before = time.Now()
		}
	}

	target := memory.New("mem://new", memory.Quirks{})
	opts.Remove = mirror.Remove{}
	report, err := mirror.Restore(ctx, backup, target, before, false, opts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d copied, %d from the trash\n", report.Outcome(), report.Totals.Copied, report.Buckets[0].Restored.FromTrash)
	// Output: done: 1 copied, 1 from the trash
}
