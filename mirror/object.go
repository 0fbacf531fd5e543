package mirror

import (
	"strings"
	"time"
)

// Entry is an object as a listing shows it. Keys are bytes: they are compared and
// sent as they are, never cleaned or normalised. A listing of versions gives the Version,
// and says which of them are delete markers, which have neither size nor ETag.
type Entry struct {
	Key      string
	Size     int64
	ETag     ETag
	Modified time.Time
	Version  string
	Marker   bool
}

func (e *Entry) clone() *Entry {
	if e == nil {
		return nil
	}
	c := *e
	c.Key, c.ETag = strings.Clone(e.Key), ETag(strings.Clone(string(e.ETag)))

	return &c
}

// Object is an object as a read describes it. Size is that of the whole object;
// Length and Offset are those of the body that came along, and Ranged says that
// the server cut it. OpaqueETag says that the server declared an encryption under
// which the ETag is no digest of the content. TagCount is how many tags the object has,
// or UnknownTags.
type Object struct {
	Entry
	Attributes
	Offset, Length int64
	Ranged         bool
	OpaqueETag     bool
	TagCount       int
}

// UnknownTags is the TagCount of an object of which the store did not say whether it
// has tags: Reader.Tags tells.
const UnknownTags = -1
