package revision

import (
	"errors"
	"fmt"
)

// ErrNotFound is returned by [Get] for a revision that has no record.
var ErrNotFound = errors.New("there is no such revision")

// ErrOutOfSight is returned by [ReadAt] when the revision in force lies further back than it may look.
var ErrOutOfSight = errors.New("no deployed revision is in sight")

// UnreadableError says that a record is there and cannot be read.
type UnreadableError struct {
	// Object is the record, as Kind/name.
	Object string
	Err    error
}

// Error names the record.
func (e *UnreadableError) Error() string { return fmt.Sprintf("read %s: %v", e.Object, e.Err) }

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }
