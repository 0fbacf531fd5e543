package state

import (
	"context"
	"errors"
	"time"
)

// Place holds items. Its methods are safe for concurrent use, also by several
// processes; a write is seen whole or not at all, and by every read that follows it.
type Place interface {
	// Open finds out whether the place is Ferry's own, and what it can do. To write,
	// it makes the place, marks it, and tries whether conditions hold; to read, it
	// leaves everything as it is, and a place that does not exist yet is an empty one.
	Open(ctx context.Context, use Use) (Facts, error)

	// Get returns an item. ErrAbsent when there is none.
	Get(ctx context.Context, name string) ([]byte, Tag, error)

	// Put writes an item of at most MaxSize bytes. ErrConflict when the condition
	// does not hold.
	Put(ctx context.Context, name string, content []byte, only Condition) (Tag, error)

	// List returns the items whose names begin with a prefix, in byte order.
	List(ctx context.Context, prefix string) ([]Item, error)

	// Remove deletes an item. One that does not exist is no error.
	Remove(ctx context.Context, name string) error
}

// Use is what a place is opened for.
type Use int

// The uses of a place.
const (
	Read Use = iota
	Write
)

// Facts are what Open found out.
type Facts struct {
	// Location names the place for people.
	Location string
	// Conditional: a write whose condition does not hold is refused by the place
	// itself. Otherwise Put writes, waits and reads back: two writers at the same
	// moment are noticed, unless one of them is delayed by more than that wait.
	Conditional bool
}

// Tag stands for the content of an item.
type Tag string

// Condition is what has to hold for a write; the zero value demands nothing.
type Condition struct {
	// Absent: there is no such item.
	Absent bool
	// Tag: the item is there and has this tag.
	Tag Tag
}

// Item is a row of a listing. Modified is when it was written, by the clock of the
// place.
type Item struct {
	Name     string
	Size     int64
	Modified time.Time
}

// MaxSize is how large an item may be.
const MaxSize = 8 << 20

// Marker is the item that marks a place as Ferry's own.
const Marker = "ferry.json"

// MarkerContent is what the marker holds.
const MarkerContent = `{"kind":"ferry-state","version":1}` + "\n"

// What callers tell apart.
var (
	// ErrAbsent: there is no such item.
	ErrAbsent = errors.New("no such item")
	// ErrConflict: the condition of a write does not hold.
	ErrConflict = errors.New("item is not as expected")
	// ErrForeign: the place is not Ferry's own.
	ErrForeign = errors.New("not Ferry's own")
	// ErrName: a name that a place does not take.
	ErrName = errors.New("bad name")
)
