package quirky

import (
	"net/url"
	"strings"
	"time"
)

func unescape(s string) (string, error) { return url.QueryUnescape(s) }

// bucket is guarded by the lock of its server.
type bucket struct {
	name     string
	created  time.Time
	settings map[string][]byte
	uploads  map[string]*upload
	index    index
	made     *Synthetic // in place of the index
}

func (b *bucket) get(key string) *record {
	if b.made != nil {
		return b.made.get(key)
	}

	return b.index.get(key)
}

func (b *bucket) scan(from string, yield func(*record) bool) {
	if b.made != nil {
		b.made.scan(from, yield)
	} else {
		b.index.scan(from, yield)
	}
}

// versioned reports whether new versions leave the old ones alone, suspended whether
// they once did.
func (b *bucket) versioned() (enabled, suspended bool) {
	doc := string(b.settings["versioning"])

	return strings.Contains(doc, "<Status>Enabled<"), strings.Contains(doc, "<Status>Suspended<")
}

// write makes a version the current one of a key.
func (b *bucket) write(key string, v *version) {
	r := b.index.add(key)
	if enabled, _ := b.versioned(); !enabled && v.id == "" {
		v.id = nullVersion
	}
	kept := make([]*version, 0, len(r.versions)+1)
	kept = append(kept, v)
	for _, old := range r.versions {
		if old.id != v.id {
			kept = append(kept, old)
		}
	}
	r.versions = kept
}

const nullVersion = "null"

// drop takes a version out of a key.
func (b *bucket) drop(key, id string) {
	r := b.index.get(key)
	if r == nil {
		return
	}
	kept := make([]*version, 0, len(r.versions))
	for _, v := range r.versions {
		if v.id != id {
			kept = append(kept, v)
		}
	}
	if r.versions = kept; len(kept) == 0 {
		b.index.remove(key)
	}
}
