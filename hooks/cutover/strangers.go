package cutover

import (
	"context"
	"fmt"

	"github.com/helm-ferry/ferry/mirror"
)

// strangers names buckets of the target that hold objects which the source does not have, and that no
// copy is known to have filled: the second pass would remove what belongs to somebody else.
func strangers(ctx context.Context, dst mirror.Store, report mirror.Report) ([]Problem, error) {
	known, err := mirror.Origins(ctx, mirror.StateIn(dst, mirror.DefaultStateBucket, ""))
	if err != nil {
		return nil, fmt.Errorf("read where the buckets of %s come from: %w", dst.Location(), err)
	}
	var problems []Problem
	for _, b := range report.Buckets {
		if _, copied := known[b.Bucket]; copied || b.PlannedRemovals == 0 {
			continue
		}
		problems = append(problems, Problem{
			"bucket " + b.Bucket,
			fmt.Sprintf("of %s was not filled by a migration and has %d objects that the source does not have", dst.Location(), b.PlannedRemovals),
			"move them elsewhere, or choose another target",
		})
	}
	return problems, nil
}
