package mirror

import (
	"slices"
	"strings"
	"sync"
)

// lore is what the objects of a bucket have taught about its two stores. It saves
// attempts; each object is proven all the same.
type lore struct {
	mu       sync.Mutex
	opaques  bool
	blinds   bool
	unfiling bool
	shapes   map[string]bool // attributes that the destination was seen to keep
}

// maxShapes is how many shapes of attributes are remembered.
const maxShapes = 256

func newLore() *lore { return &lore{shapes: map[string]bool{}} }

// opaque: the last object that told had an ETag that looks like a digest and is none.
func (l *lore) opaque() bool { return l.get(&l.opaques) }

func (l *lore) isOpaque(yes bool) { l.set(&l.opaques, yes) }

// blind: the destination's ETags of parts are no digests.
func (l *lore) blind() bool { return l.get(&l.blinds) }

func (l *lore) isBlind() { l.set(&l.blinds, true) }

// unfiled: the destination refuses to be told how to file an object.
func (l *lore) unfiled() bool { return l.get(&l.unfiling) }

func (l *lore) refusesFiling() { l.set(&l.unfiling, true) }

func (l *lore) get(field *bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return *field
}

func (l *lore) set(field *bool, value bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*field = value
}

func (l *lore) kept(shape string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.shapes[shape]
}

func (l *lore) keeps(shape string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.shapes) < maxShapes {
		l.shapes[shape] = true
	}
}

// shapeOf names what an object has. It is plain when no store is known to change such
// values: short, of printable ASCII, and neither Expires nor a lock.
func shapeOf(a Attributes) (shape string, plain bool) {
	if len(a.Lock) > 0 {
		return "", false
	}
	if len(a.Metadata) == 0 && len(a.Tags) == 0 && len(a.Headers) == 1 && plainText(a.Headers["content-type"]) {
		return "content-type", a.Headers["content-type"] != ""
	}
	var names []string
	for prefix, values := range map[string]map[string]string{"": a.Headers, metadataPrefix: a.Metadata, "tag:": a.Tags} {
		for name, value := range values {
			if !plainText(value) || name == "expires" {
				return "", false
			}
			names = append(names, prefix+name)
		}
	}
	slices.Sort(names)

	return strings.Join(names, "\n"), true
}

// maxPlain is how long a value may be of which no store is known to cut anything.
const maxPlain = 256

func plainText(s string) bool {
	if len(s) > maxPlain || s != strings.TrimSpace(s) {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}

	return true
}

// digests is what is known of how a destination treats the digest of a body that it
// is told: whether it refuses another body. It is found out by announcing a wrong one
// once, with content that is known to be right, and only when there is enough to copy
// for the answer to matter.
type digests struct {
	mu     sync.Mutex
	writes int
	asked  bool
	yes    bool
}

// enoughWrites is after how many writes it pays to ask.
const enoughWrites = 16

// checked reports whether the destination is known to refuse what is not announced.
func (d *digests) checked() bool {
	d.mu.Lock()
	defer d.mu.Unlock()

	return d.yes
}

// tryNow reports, once in a run, that it is time to find out.
func (d *digests) tryNow() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	if d.asked || d.writes <= enoughWrites {
		return false
	}
	d.asked = true

	return true
}

// tell settles the question without a try.
func (d *digests) tell(checks bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked, d.yes = true, checks
}

func (d *digests) found(checks bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.yes = checks
}
