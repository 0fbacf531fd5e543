package mirror

import "time"

// Outcome sums a report up.
type Outcome string

// The outcomes of a run, best first.
const (
	OutcomeDone        Outcome = "done"        // complete, and nothing is left to do
	OutcomeDifferences Outcome = "differences" // complete, and the two sides differ
	OutcomePartial     Outcome = "partial"     // not all could be looked at or copied
	OutcomeRefused     Outcome = "refused"     // a guard stopped it
)

// Proof is how an object of the destination is known to be that of the source.
type Proof string

// The kinds of proof.
const (
	// ProofETag: both listings show the same size and ETag; nothing was copied.
	ProofETag Proof = "etag"
	// ProofMD5: the bytes had the source's MD5 before they were committed, and the
	// destination answered with the same ETag.
	ProofMD5 Proof = "md5"
	// ProofComposite: the same for an object in parts: the MD5 of the parts' MD5s.
	ProofComposite Proof = "composite-md5"
	// ProofReadBack: the ETags prove nothing; what was written was read back and
	// has the digest of what was read from the source.
	ProofReadBack Proof = "read-back"
	// ProofContent: both sides were read in full and have the same SHA-256;
	// nothing was copied.
	ProofContent Proof = "content"
	// ProofJournal: an earlier run proved it by content, and neither side's ETag, size
	// and time have changed since; nothing was copied.
	ProofJournal Proof = "journal"
)

// Report is the result of a run, made to be read by machines. Lists are cut to
// their first entries; their totals are not.
type Report struct {
	Kind        string         `json:"kind"` // mirror, verify or restore
	Source      string         `json:"source"`
	Destination string         `json:"destination"`
	DryRun      bool           `json:"dryRun,omitempty"`
	Started     time.Time      `json:"started"`
	Seconds     float64        `json:"seconds"`
	Interrupted bool           `json:"interrupted,omitempty"`
	Refused     string         `json:"refused,omitempty"` // why nothing was done at all
	Complete    bool           `json:"complete"`          // every bucket is
	Totals      Counts         `json:"totals"`
	Buckets     []BucketReport `json:"buckets"`
	State       *StateReport   `json:"state,omitempty"` // of a run with a place for it
	// Abilities is what the stores were found to be able to do; nil of a run that did not come so far.
	Abilities *StoreAbilities `json:"abilities,omitempty"`
}

// BucketReport is the result for one bucket.
type BucketReport struct {
	Bucket  string `json:"bucket"`
	Missing bool   `json:"missing,omitempty"` // the source does not have it, and need not
	Created bool   `json:"created,omitempty"`
	// Unlisted: the source has it, or does not deny that it has, and does not list it.
	// It may have more of that kind, so the bucket is never complete.
	Unlisted bool   `json:"unlisted,omitempty"`
	Refused  string `json:"refused,omitempty"` // why a guard stopped it
	Guard    Guard  `json:"guard,omitempty"`   // which one
	Adopted  string `json:"adopted,omitempty"` // the source that it was known to come from before
	// Restored is what was brought back, if it was.
	Restored *Restored `json:"restored,omitempty"`
	// Complete: both listings were read to a proven end, and no object failed.
	Complete bool    `json:"complete"`
	Seconds  float64 `json:"seconds"`
	// SourceDigest is the sum, modulo 2^256, of a SHA-256 of every object that the
	// source listed and the run dealt with: over the length of its key, the key, its size
	// and its ETag. The numbers have 8 bytes, the greatest first. A delete marker has
	// the size -1; versions of a key but the first end in a zero byte and their number.
	SourceDigest string `json:"sourceDigest,omitempty"`
	Counts
	Proofs      map[Proof]int64      `json:"proofs,omitempty"`
	Differences Bounded[Difference]  `json:"differences"`
	Anomalies   map[AnomalyKind]Note `json:"anomalies,omitempty"`
	Errors      Bounded[Failure]     `json:"errors"`
	Settings    []SettingReport      `json:"settings,omitempty"` // those that either side has, if the run looked
}

// Restored says what was brought back: the bucket as the source had it when a run looked
// at it.
type Restored struct {
	Point
	FromTrash int64 `json:"fromTrash"` // objects that later runs have replaced or removed
}

// At spells the moment from which the run is the last complete one.
func (p Point) At() string { return stampOf(p.Ended) }

// Guard is what may stop a run over a bucket.
type Guard string

// The guards.
const (
	GuardAllowance Guard = "allowance" // it would replace or remove too much
	GuardLock      Guard = "lock"      // another run writes to the bucket
	GuardOrigin    Guard = "origin"    // the bucket is not known to come from the source
	GuardPast      Guard = "past"      // the copy cannot be what it was then
	GuardTarget    Guard = "target"    // the target holds something that would be hidden
)

// Outcome sums the report up: refused, else partial, else differences, else done.
// A mirror is done only when nothing is left to do; what it leaves behind makes it
// partial.
func (r Report) Outcome() Outcome {
	refused, differences := r.Refused != "", false
	for _, b := range r.Buckets {
		refused = refused || b.Refused != ""
		differences = differences || b.Differences.Total > 0
	}
	switch {
	case refused:
		return OutcomeRefused
	case !r.Complete || differences && r.Kind != kindVerify:
		return OutcomePartial
	case differences:
		return OutcomeDifferences
	default:
		return OutcomeDone
	}
}

const (
	kindMirror  = "mirror"
	kindVerify  = "verify"
	kindRestore = "restore"
)
