package mirror

import "errors"

// Why a store says no for good. Stores wrap these, too.
var (
	// ErrCredentials: the store does not know the credentials.
	ErrCredentials = errors.New("credentials refused")
	// ErrDenied: the credentials may not do that.
	ErrDenied = errors.New("access denied")
	// ErrClock: the clocks of the store and of this machine are too far apart.
	ErrClock = errors.New("clocks too far apart")
	// ErrFull: the store has no room left.
	ErrFull = errors.New("store is full")
	// ErrSealed: the object is encrypted with a key that its reader has to bring.
	ErrSealed = errors.New("object is encrypted with a key of its own")
	// ErrBucketName: the store cannot have a bucket of that name.
	ErrBucketName = errors.New("bucket name refused")
)

// Cause tells programs why something failed.
type Cause string

// The causes. A failure of another kind has none.
const (
	CauseCredentials Cause = "credentials"
	CauseDenied      Cause = "denied"
	CauseClock       Cause = "clock"
	CauseFull        Cause = "full"
	CauseSealed      Cause = "sealed"
	CauseBucketName  Cause = "bucket-name"
	CauseNoBucket    Cause = "no-bucket"
)

// CauseOf returns the cause of an error of this package or of a store, or "".
func CauseOf(err error) Cause {
	for _, row := range []struct {
		kind  error
		cause Cause
	}{
		{ErrCredentials, CauseCredentials},
		{ErrDenied, CauseDenied},
		{ErrClock, CauseClock},
		{ErrFull, CauseFull},
		{ErrSealed, CauseSealed},
		{ErrBucketName, CauseBucketName},
		{ErrNoBucket, CauseNoBucket},
	} {
		if errors.Is(err, row.kind) {
			return row.cause
		}
	}

	return ""
}
