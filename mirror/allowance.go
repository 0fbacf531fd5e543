package mirror

import "fmt"

// allowance is how many of the objects that the destination holds a run may replace and
// remove.
func (r Remove) allowance(held int64) int64 {
	allowed := held * int64(r.MaxPercent) / 100
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
