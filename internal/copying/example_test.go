package copying_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"log"
	"log/slog"
	"strings"

	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

func Example() {
	ctx := context.Background()
	src, dst := memory.New("mem://old:9000", memory.Quirks{}), memory.New("mem://new:9000", memory.Quirks{})
	if err := src.CreateBucket(ctx, "ilum-data", mirror.BucketRequest{}); err != nil {
		log.Fatal(err)
	}
	_, err := src.Put(ctx, "ilum-data", "orders.parquet", mirror.PutRequest{
		Body: strings.NewReader("orders"), Size: 6, MD5: md5.Sum([]byte("orders")),
	})
	if err != nil {
		log.Fatal(err)
	}
	job := copying.Job{Name: "mirror old", Options: mirror.Options{Buckets: []string{"ilum-data"}, CreateBuckets: true}}
	report, err := copying.Run(ctx, slog.New(slog.DiscardHandler), job, src, dst)
	fmt.Println(copying.Judge(job, report, err))
	// Output:
	// DONE: mirror old: 1 bucket, 1 object (6 B) proven equal at mem://new:9000, 1 copied
}
