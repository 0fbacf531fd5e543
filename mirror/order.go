package mirror

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// rank says when an object is published and removed. What points to others comes after
// them and goes before them: whoever reads the destination at any moment finds a table
// that was whole at the source.
type rank int

const (
	rankData     rank = iota // all that points to nothing which has to be there first
	rankMetadata             // Iceberg's *.metadata.json, Delta's log
	rankPointer              // Iceberg's version-hint.text, Delta's _last_checkpoint
)

const deltaLog = "_delta_log/"

// rankOf returns the rank of a key, and the prefix of the table that it describes.
// Sources: the Iceberg table specification (file system tables), the Delta protocol
// (delta log entries, checkpoints, last checkpoint file).
func rankOf(key string) (r rank, table string) {
	dir, name := path.Split(key)
	switch {
	case strings.HasSuffix("/"+dir, "/"+deltaLog):
		table = strings.TrimSuffix(dir, deltaLog)
		if name == "_last_checkpoint" {
			return rankPointer, table
		}

		return rankMetadata, table
	case name == "version-hint.text":
		return rankPointer, tableOf(dir)
	case strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".metadata.json"):
		return rankMetadata, tableOf(dir)
	default:
		return rankData, ""
	}
}

// tableOf is the prefix of the table whose Iceberg metadata lies in a folder.
func tableOf(dir string) string {
	if strings.HasSuffix("/"+dir, "/metadata/") {
		return strings.TrimSuffix(dir, "metadata/")
	}

	return dir
}

// point is an object that points to others, as a listing showed it.
type point struct {
	pair

	rank    rank
	table   string
	looks   int // how often it has changed underneath
	listing int // that showed it, or the last one that had begun when it was read
}

// newPoint copies a pair: listings use their memory again.
func newPoint(p pair) point {
	p = p.clone()
	r, table := rankOf(p.key())

	return point{pair: p, rank: r, table: table}
}

// maxPoints is how many points are published together.
const maxPoints = 20_000

// spool holds the points that a listing shows: those with the smallest keys above a
// floor, no more than twice its size.
type spool struct {
	size int

	mu      sync.Mutex
	points  []point
	floor   string // keys up to this one were dealt with
	floored bool
	ceiling string // keys above this one have to wait
	more    bool   // there are such keys
}

// add takes a pair that has to be published.
func (s *spool) add(p pair) {
	added := newPoint(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.floored && p.key() <= s.floor {
		return
	}
	if s.more && p.key() > s.ceiling {
		return
	}
	s.points = append(s.points, added)
	if len(s.points) < 2*s.size {
		return
	}
	s.cut()
}

// cut leaves the smallest keys.
func (s *spool) cut() {
	slices.SortFunc(s.points, func(a, b point) int { return strings.Compare(a.key(), b.key()) })
	s.more = true
	s.ceiling = s.points[s.size-1].key()
	s.points = slices.Clip(s.points[:s.size])
}

// take returns what there is, and whether the listing had more, which another one
// then shows.
func (s *spool) take() (points []point, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	points, more = s.points, s.more
	s.points, s.more = nil, false
	if more {
		s.floor, s.floored = s.ceiling, true
	}

	return points, more
}
