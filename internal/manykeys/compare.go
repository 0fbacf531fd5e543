package manykeys

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// Spent is what a comparison has taken.
type Spent struct {
	Elapsed time.Duration
	Pages   int    // of both sides
	Peak    uint64 // bytes in use of the heap, the most that was seen
}

// Compare runs a mirror between two stores that have the same n objects.
func Compare(ctx context.Context, n int) (Spent, error) {
	var spent Spent
	var mu sync.Mutex
	sample := func() {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		mu.Lock()
		defer mu.Unlock()
		spent.Peak = max(spent.Peak, now.HeapInuse)
	}
	runtime.GC()
	src := &store{name: "source", n: n, modified: time.Unix(1, 0), sample: sample}
	dst := &store{name: "destination", n: n, modified: time.Unix(2, 0), sample: sample}
	start := time.Now()
	report, err := mirror.Run(ctx, src, dst, mirror.Options{Buckets: []string{bucket}})
	if err != nil {
		return spent, fmt.Errorf("compare %d keys: %w", n, err)
	}
	spent.Elapsed, spent.Pages = time.Since(start), src.pages+dst.pages
	if report.Outcome() != mirror.OutcomeDone || report.Totals.Equal != int64(n) {
		return spent, fmt.Errorf("compare %d keys: %s, %d are equal", n, report.Outcome(), report.Totals.Equal)
	}

	return spent, nil
}
