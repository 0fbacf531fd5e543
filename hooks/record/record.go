package record

import "time"

// State tells whether a record counts.
type State string

// The states.
const (
	Proven     State = "proven"
	Superseded State = "superseded"
)

// Record proves that the objects of one provider are in another.
type Record struct {
	// Alias is the Service that consumers talk to.
	Alias string
	// From and To are names of providers.
	From, To string
	// Revision is the one that selects To.
	Revision int
	// SourceDigest is that of the listing of the source, ReportDigest that of the report.
	SourceDigest, ReportDigest string
	StartedAt, ProvenAt        time.Time
	State                      State
	// Marks tell what was written to either store after the proof.
	Marks Marks
}

// Proves tells whether the objects of one provider are known to be in another, as of a revision to
// come and what the live alias selects: the record is of this pair, and either the alias has moved,
// or this is the revision that it was made for. A record of an earlier attempt does not count:
// consumers have written to the source since.
func (r *Record) Proves(from, to, alias string, revision int) bool {
	return r != nil && r.State == Proven && r.From == from && r.To == to && (alias == to || revision != 0 && revision == r.Revision)
}
