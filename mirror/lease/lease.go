package lease

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// The times of a lease.
const (
	// Term is how long a lease lasts without a renewal.
	Term = 5 * time.Minute
	// Renewal is the time between two renewals.
	Renewal = 30 * time.Second

	margin  = time.Minute // before the end of a term, in which a holder stops
	overdue = 3 * Renewal // after which a lease that the place calls old is dead
	glance  = 10 * time.Second
	parting = 10 * time.Second // for a release
)

// ErrLost says that the lease is not the holder's any more.
var ErrLost = errors.New("lock lost")

// Holder is who writes.
type Holder struct {
	ID      string `json:"id"`   // of this run and no other
	Host    string `json:"host"` // or pod
	Process string `json:"process,omitempty"`
	Command string `json:"command"`
}

// Here is a holder in this process.
func Here(command string) Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}

	return Holder{ID: strings.ToLower(rand.Text()), Host: host, Process: thisProcess(), Command: command}
}

// String says for people who it is.
func (h Holder) String() string { return fmt.Sprintf("%s on %s", h.Command, h.Host) }

// Lease is the right to write. Its times are by the clock of its holder.
type Lease struct {
	Holder   Holder    `json:"holder"`
	Started  time.Time `json:"started"`
	Renewed  time.Time `json:"renewed"`
	Until    time.Time `json:"until"`
	Count    int64     `json:"count"`
	Released bool      `json:"released,omitempty"`
}

// String says for people whose it is.
func (l Lease) String() string {
	return fmt.Sprintf("%s, since %s", l.Holder, l.Started.UTC().Format("2006-01-02 15:04:05 MST"))
}

// renewed returns the lease as it is after one more renewal.
func (l Lease) renewed(now time.Time) Lease {
	l.Renewed, l.Until = now.UTC(), now.Add(Term).UTC()
	l.Count++

	return l
}

func (l Lease) encode() []byte {
	doc, err := json.Marshal(l)
	if err != nil {
		panic(err) // it has no field that cannot be encoded
	}

	return append(doc, '\n')
}

// decode reads a lease. One that cannot be read is somebody's all the same.
func decode(doc []byte) Lease {
	var l Lease
	if json.Unmarshal(doc, &l) != nil {
		return Lease{Holder: Holder{Command: "an unknown program", Host: "an unknown host"}}
	}

	return l
}

// item is the name of the lease of a bucket.
func item(name string) string { return "locks/" + state.Segment(name) + ".json" }
