package mirror

import (
	"fmt"
	"math"
)

// allowance is how many of the objects that the destination holds a run may replace and
// remove. All of them is no limit: an object that is overwritten at the source all the time is
// replaced more than once in a run.
func (r Remove) allowance(held int64) int64 {
	allowed := held * int64(r.MaxPercent) / 100
	if r.MaxPercent >= 100 {
		allowed = math.MaxInt64
	}
	if r.MaxObjects > 0 {
		allowed = min(allowed, r.MaxObjects)
	}

	return allowed
}

// limit says which of the two limits the allowance comes from.
func (r Remove) limit(held int64) string {
	if r.MaxObjects > 0 && r.allowance(held) == r.MaxObjects {
		return fmt.Sprintf("the %d that one run may", r.MaxObjects)
	}

	return fmt.Sprintf("%d %%", r.MaxPercent)
}
