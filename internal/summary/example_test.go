package summary_test

import (
	"fmt"
	"time"

	"github.com/helm-ferry/ferry/internal/summary"
)

func Example() {
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	first := summary.Summary{Started: noon, Ended: noon.Add(time.Minute), Verdict: "DONE: …"}.After(summary.Summary{})
	failed := summary.Summary{Started: noon.Add(time.Hour), Ended: noon.Add(time.Hour), Verdict: "FAILED: …", ExitCode: 1}

	kept, err := summary.Parse(failed.After(first).Data())
	fmt.Println(kept.Verdict, kept.LastSuccess, err)
	// Output: FAILED: … 2026-11-25 12:01:00 +0000 UTC <nil>
}
