package ledger

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Op is what a writer does to a key.
type Op string

// The operations.
const (
	Put    Op = "put"
	Delete Op = "delete"
)

// State is how far an operation has come.
type State string

// The states. An operation that ended in Unknown may have taken effect, then or later.
const (
	Begun   State = "begun"
	Acked   State = "acked"
	Unknown State = "unknown"
	// Unsent: the store was never asked, as when nobody listened.
	Unsent State = "unsent"
)

// Entry is a line of a writer's file.
type Entry struct {
	N     int    `json:"n"` // number of the operation
	Key   string `json:"key"`
	Op    Op     `json:"op"`
	MD5   string `json:"md5,omitempty"` // hex, of a put
	State State  `json:"state"`
	At    string `json:"at"` // RFC 3339, for people
}

// absent is what is found of a key that is not there.
const absent = ""

// Ledger is what may be found under each key.
type Ledger struct {
	keys map[string]*expectation
}

type expectation struct {
	settled string          // MD5, or absent
	late    map[string]bool // what operations without an answer may make of it
}

// New returns a ledger of nothing.
func New() *Ledger { return &Ledger{keys: map[string]*expectation{}} }

// Read adds the file of one writer, whose operations came one after the other. The last line may be
// cut off: the writer was killed.
func (l *Ledger) Read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		l.add(e)
	}
}

func (l *Ledger) add(e Entry) {
	x := l.keys[e.Key]
	if x == nil {
		x = &expectation{settled: absent, late: map[string]bool{}}
		l.keys[e.Key] = x
	}
	value := absent
	if e.Op == Put {
		value = e.MD5
	}
	switch e.State {
	case Begun, Unknown:
		x.late[value] = true
	case Unsent:
		delete(x.late, value)
	case Acked:
		delete(x.late, value)
		x.settled = value
	}
}

// Keys is the number of keys that were written, and Acked that of objects which must be there.
func (l *Ledger) Keys() (written, present int) {
	for _, x := range l.keys {
		if x.settled != absent {
			present++
		}
	}

	return len(l.keys), present
}

// Fault is a key under which something else was found than what its writer was promised.
type Fault struct {
	Key  string
	Kind Kind
}

// Kind says what is wrong with a key.
type Kind string

// The kinds of faults.
const (
	Lost        Kind = "lost"        // an acknowledged write is not there
	Resurrected Kind = "resurrected" // an acknowledged delete is undone
	Wrong       Kind = "wrong"       // something is there that is not the last acknowledged write
)

// Check compares with what a store holds: key to MD5 in hex of the content. Keys of no writer are
// nobody's business.
func (l *Ledger) Check(found map[string]string) []Fault {
	var faults []Fault
	for _, key := range slices.Sorted(maps.Keys(l.keys)) {
		x, value := l.keys[key], found[key]
		switch {
		case value == x.settled || x.late[value]:
		case value == absent:
			faults = append(faults, Fault{key, Lost})
		case x.settled == absent:
			faults = append(faults, Fault{key, Resurrected})
		default:
			faults = append(faults, Fault{key, Wrong})
		}
	}

	return faults
}
