package manykeys_test

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/manykeys"
)

func Example() {
	spent, err := manykeys.Compare(context.Background(), 5_000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(spent.Pages, "pages")
	// Output: 14 pages
}

// buffers is what the pages under way may take beside: of eight places in two listings
// some three each, and as much again that is not collected yet.
const buffers = 16 << 20

// Memory does not grow with the number of keys.
func TestFlatMemory(t *testing.T) {
	compare := func(n int) uint64 {
		spent, err := manykeys.Compare(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}

		return spent.Peak
	}
	few, more, many := compare(10_000), compare(100_000), compare(300_000)
	if limit := few*12/10 + buffers; more > limit || many > limit {
		t.Errorf("peak of %d bytes at 10 000 keys, %d at 100 000, %d at 300 000", few, more, many)
	}
}

// Listings are joined at the pace of memory: what a key costs beside its page is
// measured by the difference to a run that only makes the pages.
func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var peak uint64
			cpu := processor()
			for b.Loop() {
				spent, err := manykeys.Compare(b.Context(), n)
				if err != nil {
					b.Fatal(err)
				}
				peak = max(peak, spent.Peak)
			}
			perKey := float64(processor()-cpu) / float64(b.N*n)
			b.ReportMetric(perKey, "cpu-ns/key")
			b.ReportMetric(1e9/perKey, "keys/core-s")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
		})
	}
}

// processor returns the time that this process has spent on processors.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}

	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
