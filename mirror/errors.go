package mirror

import "errors"

// What a store has to tell its caller apart. Stores wrap one of these and say in
// their own words what happened.
var (
	// ErrNoBucket: the bucket does not exist.
	ErrNoBucket = errors.New("no such bucket")
	// ErrNoObject: the object does not exist.
	ErrNoObject = errors.New("no such object")
	// ErrChanged: the object is not the one that was asked for any more.
	ErrChanged = errors.New("object has changed")
	// ErrKeyRefused: the store cannot hold an object under this key.
	ErrKeyRefused = errors.New("key cannot be held")
	// ErrPartsRefused: the store does not take parts of these sizes.
	ErrPartsRefused = errors.New("part sizes refused")
	// ErrTagsRefused: the store cannot hold tags.
	ErrTagsRefused = errors.New("tags cannot be held")
	// ErrFilingRefused: the store does not file objects as asked, or not for these
	// credentials.
	ErrFilingRefused = errors.New("filing refused")
	// ErrDigest: the store received something else than the MD5 that it was told.
	ErrDigest = errors.New("content does not have the announced digest")
	// ErrNoSetting: the bucket has no such setting.
	ErrNoSetting = errors.New("no such setting")
	// ErrUnsupported: the store does not know what it was asked for.
	ErrUnsupported = errors.New("not supported")
	// ErrState: the place where a run keeps its state cannot be used.
	ErrState = errors.New("no place for the state of the run")
	// ErrTemporary: the same call may succeed later.
	ErrTemporary = errors.New("temporary failure")
)

// What the engine tells itself apart.
var (
	// errMoved: source or destination changed between listing and reading; the
	// object has to be looked at again.
	errMoved = errors.New("changed during the run")
	// errStalled: a transfer made no progress.
	errStalled = errors.New("transfer stalled")
	// errSize: a body did not have the size that its response announced.
	errSize = errors.New("body does not have the announced size")
	// errReleased: a body is read after its end.
	errReleased = errors.New("body is not there any more")
	// errPartTag: the destination's tag of a part is not the MD5 of what was sent.
	errPartTag = errors.New("part has another tag than its MD5")
)

// mismatchError says that the bytes read do not have the digest that the source
// declares: they were damaged on the way, or the ETag is no digest.
type mismatchError struct{ got, want ETag }

func (e *mismatchError) Error() string {
	return "content has digest " + string(e.got) + " where the source declares " + string(e.want)
}
