package mirror

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/state"
)

// DefaultStateBucket is Ferry's own bucket at a destination.
const DefaultStateBucket = "ferry-state"

// AllBuckets stands for all that exist, as the only entry of Options.Buckets.
const AllBuckets = "*"

const defaultConcurrency = 64

// Options is what a run does. Only Buckets is needed.
type Options struct {
	// Buckets by name, or AllBuckets. A bucket has the same name on both sides.
	Buckets []string
	// CreateBuckets makes the buckets that the destination lacks.
	CreateBuckets bool
	// AllowMissing takes a bucket that the source lacks for an empty one; otherwise
	// it is an error.
	AllowMissing bool
	// Include and Exclude are globs over keys. Keys that no include glob covers, or
	// that an exclude glob covers, do not exist for the run, on either side.
	Include, Exclude []string
	// ModifiedAfter and ModifiedBefore, when set, narrow the run to objects that the
	// source has from the one moment up to, and without, the other. What only the
	// destination has is left out then, too.
	ModifiedAfter, ModifiedBefore time.Time
	// DryRun copies and removes nothing, and counts what it would.
	DryRun bool
	// KeepNewer leaves an object alone that differs and is newer at the destination.
	KeepNewer bool
	// Metadata compares headers, user metadata and tags of every object, not only
	// of those that the source has written since; two requests per object and side.
	// Verify does without being told.
	Metadata bool
	// ReadAll compares the content of every object that both sides have, also where
	// equal ETags prove it equal: both sides are read in full.
	ReadAll bool
	// Versions deals with all versions and delete markers of buckets whose source keeps
	// them, not only with the newest version.
	Versions bool
	// Settings copies, or for Verify compares, the settings of each bucket.
	Settings bool
	// StorageClass is asked of the destination for what is copied. Empty: its own.
	StorageClass string
	// Spare, if set, tells of objects that stay although only the destination has them.
	Spare func(bucket, key string) bool
	// LeaveNested has a run that removes go on beside keys that the destination cannot hold
	// because it holds others of the source: a/b beside a. They are named as always, under
	// NestedKeys. Otherwise nothing is removed beside a key that could not be copied.
	LeaveNested bool
	// IgnoreMetadata keeps Verify from comparing headers, user metadata and tags: equal
	// ETags then cost nothing beyond the listings.
	IgnoreMetadata bool
	// IgnoreExtra keeps Verify from calling an object a difference that only the
	// destination has.
	IgnoreExtra bool
	Remove      Remove
	// StateBucket is Ferry's own bucket at the destination, and StatePrefix, if set, what
	// it owns of it. There is the trash. It is never mirrored, compared or removed from.
	StateBucket, StatePrefix string
	// State, if set, is where a run keeps its locks, what it knows of the destination's
	// buckets, what it has proven (so that the next one lists and does not read where ETags
	// cannot match), and its report; [StateIn] the state bucket, unless it shall be
	// elsewhere. Without it nothing keeps two runs apart or sources from being mixed up.
	// Whoever may write there can have an object that differs pass for equal; Verify does
	// not believe it.
	State state.Place
	// Holder is who takes the locks. The zero value is this process.
	Holder lease.Holder
	// Adopt takes buckets of the destination over that are known to come from another
	// source.
	Adopt bool
	// Ours, if set, has a run refuse a bucket of the destination that holds anything but what
	// the source has, unless a run has copied it from there before, or Ours says that what it
	// holds came from this side. A run that removes refuses what it would remove all the same.
	Ours func(bucket string) bool
	// Origin, if set, says where a bucket comes from, where that is not the bucket of
	// this name at the source's location.
	Origin func(bucket string) Origin
	// Concurrency is how many objects are dealt with, and how many calls of one store
	// are under way, at most. A run begins with few and takes more as long as that gets
	// more done.
	Concurrency int
	// Bandwidth limits the bytes read per second, over all objects. 0: unlimited.
	Bandwidth int64
	// Grace is how long the objects that are under way when the context ends may take
	// to be finished; none is begun any more. 0: they are given up.
	Grace time.Duration
	// Progress, if set, is told what happens, one event at a time.
	Progress func(Event)

	limits limits
}

// Remove governs what a mirror takes away from its destination.
type Remove struct {
	// Enabled removes, at the end of a run without an error, what the source does
	// not have. It needs Trash.
	Enabled bool
	// MaxPercent is how much of a bucket one run may remove and replace together.
	// A run that would go beyond is refused, as is one whose source is empty.
	MaxPercent int
	// Emptied lets a bucket that is at the source and holds nothing there empty one of the
	// destination, if that is known to come from it.
	Emptied bool
	// MaxObjects, when above 0, is how many objects that may be at most.
	MaxObjects int64
	// Trash, when above 0, has every object that is replaced or removed copied to
	// the state bucket first, and kept there for so long.
	Trash time.Duration
}

// limits are sizes that stores impose, and what else tests set.
type limits struct {
	single int64 // the largest object that one request may write
	part   int64 // the smallest part of our own layout

	page time.Duration // a listing whose pages come more quickly is read at one place
}

// Validate checks the options. It joins all that is wrong.
func (o Options) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(o.Buckets) == 0 {
		fault("buckets: none named; %q is all of them", AllBuckets)
	}
	for i, name := range o.Buckets {
		switch {
		case name == "":
			fault("buckets[%d]: is empty", i)
		case name == AllBuckets && len(o.Buckets) > 1:
			fault("buckets[%d]: %q stands alone", i, AllBuckets)
		case o.owns(name, ""):
			fault("buckets[%d]: %q is Ferry's own bucket", i, name)
		case slices.Contains(o.Buckets[:i], name):
			fault("buckets[%d]: %q is named twice", i, name)
		}
	}
	if _, err := newFilter(o.Include, o.Exclude); err != nil {
		faults = append(faults, err)
	}
	if o.Remove.Enabled && (o.Remove.MaxPercent < 1 || o.Remove.MaxPercent > 100) {
		fault("remove.maxPercent: must be from 1 to 100, is %d", o.Remove.MaxPercent)
	}
	if o.Remove.MaxObjects < 0 {
		fault("remove.maxObjects: must not be negative, is %d", o.Remove.MaxObjects)
	}
	if o.Remove.Enabled && o.timed() {
		fault("remove: cannot be combined with a span of times: what the source does not have has no time there")
	}
	if o.timed() && !o.ModifiedBefore.IsZero() && !o.ModifiedAfter.Before(o.ModifiedBefore) {
		fault("modifiedBefore: nothing is modified after %s and before %s",
			o.ModifiedAfter.UTC().Format(time.RFC3339), o.ModifiedBefore.UTC().Format(time.RFC3339))
	}
	if o.Remove.Enabled && o.Remove.Trash <= 0 {
		fault("remove.trash: must say how long removed objects are kept")
	}
	if o.Remove.Enabled && o.KeepNewer {
		fault("remove: cannot be combined with keeping what is newer at the destination")
	}
	if o.Versions && (o.KeepNewer || o.timed()) {
		fault("versions: cannot be combined with a span of times or with keeping what is newer at the destination")
	}
	if o.Concurrency < 0 || o.Bandwidth < 0 || o.Grace < 0 {
		fault("concurrency, bandwidth and grace must not be negative")
	}

	return errors.Join(faults...)
}

func (o Options) stateBucket() string {
	if o.StateBucket == "" {
		return DefaultStateBucket
	}

	return o.StateBucket
}

// ownBucket is the bucket that is Ferry's own as a whole, if there is one.
func (o Options) ownBucket() string {
	if folder(o.StatePrefix) != "" {
		return ""
	}

	return o.stateBucket()
}

// owns reports whether a key of a bucket, or bucket/prefix, is Ferry's own.
func (o Options) owns(name, key string) bool {
	bucket, prefix := locate(name)

	return bucket == o.stateBucket() && strings.HasPrefix(prefix+key, folder(o.StatePrefix))
}

func (o Options) concurrency() int {
	if o.Concurrency == 0 {
		return defaultConcurrency
	}

	return o.Concurrency
}

func (o Options) sizes() limits {
	if o.limits == (limits{}) {
		return limits{single: 5 << 30, part: 64 << 20, page: quickPage}
	}

	return o.limits
}
