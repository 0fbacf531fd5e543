package journal

import "time"

// The largest that an entry may have. S3 allows keys of 1024 bytes; what is larger is
// not recorded.
const (
	maxKey   = 4 << 10
	maxTag   = 256
	maxProof = 32
)

// Row is an object as its store lists it, beside its key.
type Row struct {
	ETag     string
	Size     int64
	Modified time.Time
}

// tells reports whether the row tells one content of a key from another. One without an
// ETag or a time does not.
func (r Row) tells() bool {
	year := r.Modified.Year()

	return r.ETag != "" && len(r.ETag) <= maxTag && r.Size >= 0 && year >= 1970 && year < 2200
}

// Equivalence says that the content of two objects was proven equal.
type Equivalence struct {
	Key                 string
	Source, Destination Row
	Proof               string // the kind
}

// recordable reports whether the entry can be recorded, and be of use.
func (e Equivalence) recordable() bool {
	return e.Source.tells() && e.Destination.tells() && len(e.Key) <= maxKey && len(e.Proof) <= maxProof
}

// about is the room that the entry takes, at most.
func (e Equivalence) about() int {
	return len(e.Key) + len(e.Source.ETag) + len(e.Destination.ETag) + len(e.Proof) + 40
}

// was reports whether a row that was recorded is the row that is listed now. A recorded
// time without a fraction stands for its second.
func (r stored) was(listed Row) bool {
	if string(r.etag) != listed.ETag || r.size != listed.Size {
		return false
	}
	now := listed.Modified.UnixNano()
	if r.modified%int64(time.Second) == 0 {
		now -= now % int64(time.Second)
	}

	return r.modified == now
}

// stored is a row as a decoder holds it. Its tag is good until the next one is read.
type stored struct {
	etag           []byte
	size, modified int64
}

func (r stored) row() Row {
	return Row{ETag: string(r.etag), Size: r.size, Modified: time.Unix(0, r.modified).UTC()}
}
