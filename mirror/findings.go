package mirror

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// DifferenceKind says in what the sides differ.
type DifferenceKind string

// The kinds of difference.
const (
	DiffMissing  DifferenceKind = "missing"
	DiffSize     DifferenceKind = "size"
	DiffContent  DifferenceKind = "content"
	DiffMetadata DifferenceKind = "metadata" // headers, user metadata, tags or locks
	DiffExtra    DifferenceKind = "extra"
	DiffSetting  DifferenceKind = "setting" // of the bucket; there is no key
)

// Difference is one object that is not the same on both sides after the run.
type Difference struct {
	Key    string         `json:"key"`
	Kind   DifferenceKind `json:"kind"`
	Detail string         `json:"detail,omitempty"`
	// Names are the attributes of the object, or the setting of the bucket, that differ, or NestedKeys.
	Names []string `json:"names,omitempty"`
}

// NestedKeys is the name of a difference between stores of which only one can hold an object beside others
// that lie in it as in a folder: a/b beside a.
const NestedKeys = "nested-keys"

// Failure is something that could not be done. Key is empty when it concerns the
// bucket.
type Failure struct {
	Key   string `json:"key,omitempty"`
	Error string `json:"error"`
	Cause Cause  `json:"cause,omitempty"`
}

// AnomalyKind names a server's odd behaviour that the run coped with.
type AnomalyKind string

// The kinds of anomaly.
const (
	AnomalyEarlyEnd  AnomalyKind = "early-end"  // keys came behind the end that the server declared
	AnomalyInclusive AnomalyKind = "inclusive"  // start-after returns the key it names
	AnomalyLongPage  AnomalyKind = "long-page"  // a page has more keys than a page may have
	AnomalyOpaque    AnomalyKind = "opaque"     // ETags that are no digest of the content
	AnomalyNoParts   AnomalyKind = "no-parts"   // the layout of an object in parts could not be kept
	AnomalyJournal   AnomalyKind = "journal"    // what earlier runs proved could not be read, or what this one proved not be written
	AnomalyUnfiled   AnomalyKind = "unfiled"    // the destination refuses to be told times or storage classes
	AnomalySameTimes AnomalyKind = "same-times" // both sides list the same times: perhaps one store under two names
	// AnomalyLockUnheld: retention or legal hold that cannot be held there.
	AnomalyLockUnheld AnomalyKind = "lock-unheld"
	// AnomalyLockHidden: the source's bucket has object lock, and no object shows any.
	AnomalyLockHidden AnomalyKind = "lock-hidden"
)

// Note counts an anomaly and describes the first one.
type Note struct {
	Total  int64  `json:"total"`
	Detail string `json:"detail"`
}

// listLimit is how many entries a list of a report holds.
const listLimit = 100

// Bounded is the beginning of a list, and its length.
type Bounded[T any] struct {
	Total int64 `json:"total"`
	First []T   `json:"first,omitempty"`
}

func (b *Bounded[T]) add(item T) {
	b.Total++
	if len(b.First) < listLimit {
		b.First = append(b.First, item)
	}
}

// printable spells a key for a report, which must not keep a page of a listing in
// memory. JSON cannot carry bytes that are not text; such a key is quoted.
func printable(key string) string {
	if utf8.ValidString(key) {
		return strings.Clone(key)
	}

	return strconv.Quote(key)
}
