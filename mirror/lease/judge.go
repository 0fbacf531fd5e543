package lease

import (
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// sight is what an observer knows of a lease that is somebody else's.
type sight struct {
	lease Lease
	tag   state.Tag
	// since is when this tag was first seen, by the clock of the observer.
	since time.Time
	// age is how much older the lease was at that moment than an item written then, by
	// the clock of the place.
	age time.Duration
	// gone: the holder was a process of this machine, which has ended.
	gone bool
}

// dead reports whether the holder can be taken for dead.
func (s sight) dead(now time.Time) bool {
	unchanged := now.Sub(s.since)

	return s.lease.Released || s.gone || unchanged >= Term || unchanged >= overdue && s.age+unchanged >= Term+margin
}

// elapsed is the time between two moments by the clock that ran further: the one that
// is set, or the one that stands still while a machine sleeps.
func elapsed(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}
