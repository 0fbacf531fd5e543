package journal

import (
	"bytes"
	"encoding/binary"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What an encoder writes, a decoder reads.
func TestEntriesComeBack(t *testing.T) {
	digest := strings.Repeat("0f", digestSize)
	want := []Equivalence{fact("", 0), fact("a", 1), fact("a\x00\xff", 2), fact("a/b", 3), fact("a/c", 4), fact("b", 5)}
	for i, tag := range []string{
		"x", digest, digest + "-3", digest + "-03", digest + "-", digest + "-99999999999", strings.ToUpper(digest), digest + "-3-4", `W/"odd"`,
	} {
		eq := fact("tags"+string(rune('a'+i)), i)
		eq.Source.ETag, eq.Destination.ETag, eq.Proof = tag, tag+"x", ""
		want = append(want, eq)
	}
	last := fact("z", 1)
	last.Source.Modified, last.Destination.Modified = time.Unix(0, 0).UTC(), time.Date(2199, 12, 31, 0, 0, 0, 999, time.UTC)
	want = append(want, last)
	var e encoder
	for _, eq := range want {
		e.add(eq)
	}
	if diff := cmp.Diff(want, decoded(t, e.buf)); diff != "" {
		t.Error(diff)
	}
}

func decoded(t *testing.T, content []byte) []Equivalence {
	t.Helper()
	var got []Equivalence
	d := decoder{scanner: scanner{rest: content}}
	for d.next() {
		got = append(got, d.entry())
	}
	if d.bad {
		t.Error("the entries are bad")
	}

	return got
}

// Foreign entries never make the decoder fail or allocate beyond what is there; what it
// makes of them is in order and can be written again.
func FuzzEntries(f *testing.F) {
	var e encoder
	for i, key := range []string{"a", "a/b", "b"} {
		e.add(fact(key, i))
	}
	f.Add(e.buf)
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, content []byte) {
		var again encoder
		d := decoder{scanner: scanner{rest: content}}
		var entries []Equivalence
		for d.next() {
			entries = append(entries, d.entry())
			again.add(d.entry())
		}
		if cap(d.key) > 2*maxKey || cap(d.src.etag) > 2*maxTag || len(entries)*minEntry > len(content) {
			t.Errorf("%d bytes became %d entries, a key of %d", len(content), len(entries), cap(d.key))
		}
		if again.count != len(entries) {
			t.Errorf("%d of %d entries are in order", again.count, len(entries))
		}
		if diff := cmp.Diff(entries, decoded(t, again.buf)); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add(manifest{next: 3, blocks: []block{{name: "a", first: "k", entries: 1, size: 2}, {name: "b", first: "l"}}}.encode())
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := decodeManifest(content)
		if err != nil {
			return
		}
		again, err := decodeManifest(m.encode())
		if diff := cmp.Diff(m, again, cmp.AllowUnexported(manifest{}, block{})); diff != "" || err != nil {
			t.Errorf("%v, %s", err, diff)
		}
	})
}

func FuzzUpload(f *testing.F) {
	p := pairOf(stores)
	f.Add(p.seal(kindUpload, []byte{1, 'k', 1, 'e', 0, 1, 's', 1, 'i', 0}))
	f.Fuzz(func(t *testing.T, frame []byte) {
		if u, err := p.upload(frame); err == nil && len(u.Key)+len(u.ID) > len(frame) {
			t.Errorf("%d bytes became %+v", len(frame), u)
		}
	})
}

// Sizes that a journal claims allocate nothing.
func TestClaimedSizesAllocateNothing(t *testing.T) {
	huge := binary.AppendUvarint([]byte{0}, 1<<40)
	claim := binary.AppendUvarint(binary.AppendUvarint([]byte{0, 1, 'n', 1, 'k'}, 1<<26), 1<<30)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d := decoder{scanner: scanner{rest: huge}}
	if d.next() || !d.bad {
		t.Error("a key of a terabyte is read")
	}
	if _, err := decodeManifest(huge); err == nil {
		t.Error("a name of a terabyte is read")
	}
	place := newShelf()
	j := open(t, place)
	place.items[j.dir+manifestName] = j.pair.seal(kindManifest, claim)
	place.items[j.dir+"n"] = j.pair.seal(kindEntries, huge)
	j, err := Open(t.Context(), place, "cargo", stores)
	if err != nil || len(j.base.blocks) != 1 {
		t.Fatalf("%v, %+v", err, j.base)
	}
	if vouches(t, j.Cursor(), fact("k", 1)) {
		t.Error("an entry that is not there is believed")
	}
	closed(t, j, true)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("allocated %d kB", grown>>10)
	}
}

// Damage anywhere in an object of the journal makes it no object of the journal.
func TestDamage(t *testing.T) {
	made := newShelf()
	j := open(t, made)
	record(t, j, fact("a", 1))
	closed(t, j, true)
	for name, content := range made.items {
		for at := range content {
			for what, damaged := range map[string][]byte{
				"changed": bytes.Replace(content, content[at:], append([]byte{content[at] ^ 1}, content[at+1:]...), 1),
				"cut":     content[:at],
			} {
				place := newShelf()
				maps.Copy(place.items, made.items)
				place.items[name] = damaged
				j := open(t, place)
				if vouches(t, j.Cursor(), fact("a", 1)) || j.Damaged() == 0 {
					t.Errorf("%s %s at %d: believed", name, what, at)
				}
				record(t, j, fact("a", 2))
				closed(t, j, true)
				if !vouches(t, open(t, place).Cursor(), fact("a", 2)) {
					t.Errorf("%s %s at %d: the journal does not recover", name, what, at)
				}
			}
		}
	}
}
