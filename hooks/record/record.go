package record

import (
	"encoding/json"
	"fmt"
	"time"
)

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
	// Late is what somebody did on the old store after the proof, and is left to people.
	Late Late
	// Behind are the objects that the proof leaves out.
	Behind Behind
}

// Behind are objects that one of the two stores cannot hold beside others, and that are on the other one
// alone, which the configuration accepts.
type Behind struct {
	// On is the provider that has them.
	On string `json:"on"`
	Left
}

// Late are objects of the old store, each as bucket/key.
type Late struct {
	// Conflicts were written there, and written or deleted on the new one as well.
	Conflicts Left `json:"conflicts,omitzero"`
	// Deleted were deleted there and are still on the new one.
	Deleted Left `json:"deleted,omitzero"`
}

// Total is how many there are.
func (l Late) Total() int { return l.Conflicts.Total + l.Deleted.Total }

func (b Behind) encode() (string, error) {
	if b.Total == 0 {
		return "", nil
	}
	text, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("write what was left behind: %w", err)
	}
	return string(text), nil
}

func decodeBehind(text string) (Behind, error) {
	var b Behind
	if text == "" {
		return b, nil
	}
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return Behind{}, fmt.Errorf("behind: %w", err)
	}
	return b, nil
}

// Left are objects: how many, and the first of them.
type Left struct {
	Total int      `json:"total"`
	First []string `json:"first,omitempty"`
}

func (l Late) encode() (string, error) {
	if l.Total() == 0 {
		return "", nil
	}
	text, err := json.Marshal(l)
	if err != nil {
		return "", fmt.Errorf("write what came late: %w", err)
	}
	return string(text), nil
}

func decodeLate(text string) (Late, error) {
	var l Late
	if text == "" {
		return l, nil
	}
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return Late{}, fmt.Errorf("late: %w", err)
	}
	return l, nil
}

// Proves tells whether the objects of one provider are known to be in another, as of a revision to
// come and what the live alias selects: the record is of this pair, and either the alias has moved,
// or this is the revision that it was made for. A record of an earlier attempt does not count:
// consumers have written to the source since.
func (r *Record) Proves(from, to, alias string, revision int) bool {
	return r != nil && r.State == Proven && r.From == from && r.To == to && (alias == to || revision != 0 && revision == r.Revision)
}
