package cutover

import (
	"context"
	"fmt"
	"slices"
)

// deletedBuckets names buckets that were deleted since the objects were moved the other way. The target
// still has them, and no pass removes a bucket: consumers would see them again.
func deletedBuckets(ctx context.Context, t transfer) ([]Problem, error) {
	if len(t.held) == 0 {
		return nil, nil
	}
	source, err := Buckets(ctx, t.src, nil)
	if err != nil {
		return nil, err
	}
	target, err := Buckets(ctx, t.dst, nil)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for _, bucket := range target {
		if slices.Contains(t.held, bucket) && !slices.Contains(source, bucket) {
			problems = append(problems, Problem{
				"bucket " + bucket, fmt.Sprintf("was deleted on %s after it had come from %s, where it still is", t.From, t.To),
				"delete it there, too",
			})
		}
	}
	return problems, nil
}
