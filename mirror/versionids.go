package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/helm-ferry/ferry/mirror/state"
)

// What a place keeps of a key whose versions have other ids at the destination is versions/BUCKET/KEY, the
// latter two as segments: which version there is which of the source.
const versionsPrefix = "versions/"

// versionIDs is such an item.
type versionIDs struct {
	Key      string        `json:"key"`
	Versions []versionPair `json:"versions"` // the oldest first
}

// versionPair are the ids of a version on both sides.
type versionPair struct {
	Source      string `json:"source"`
	Destination string `json:"destination"`
}

func versionItem(bucket, key string) string {
	return versionsPrefix + state.Segment(bucket) + "/" + state.Segment(key)
}

// readVersionIDs returns what is kept of a key. What cannot be read as that is as good as nothing.
func (b *bucketRun) readVersionIDs(ctx context.Context, key string) ([]versionPair, error) {
	s := b.session.Load()
	if s == nil || b.kind != kindMirror {
		return nil, nil
	}
	text, _, err := s.place.Get(ctx, versionItem(b.name, key))
	if errors.Is(err, state.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the ids of its versions: %w", err)
	}
	var ids versionIDs
	if damaged := json.Unmarshal(text, &ids) != nil || ids.Key != printable(key); damaged {
		b.hintless(fmt.Errorf("the ids of the versions of %q are damaged", key))

		return nil, nil
	}

	return ids.Versions, nil
}

// keepVersionIDs writes down which version of the destination is which of the source, after versions were
// written on top of those that it had. Where the last run did not come to its end, what it wrote may lack
// this, and is looked at again.
func (b *bucketRun) keepVersionIDs(ctx context.Context, p historyPair, pairs []versionPair, written []Entry) error {
	s := b.session.Load()
	if s == nil || s.locks == nil || b.opts.DryRun || len(written) == 0 && !b.unsure() {
		return nil
	}
	if len(written) > 0 {
		after, err := b.historyOf(ctx, b.dst, false, p.key)
		if err != nil {
			return err
		}
		pairs = append(pairs, newest(p.dst, after, written)...)
	}
	if !slices.ContainsFunc(pairs, func(v versionPair) bool { return v.Source != v.Destination }) {
		return nil
	}
	if len(written) == 0 {
		if known, err := b.readVersionIDs(ctx, p.key); err != nil || slices.Equal(known, pairs) {
			return err
		}
	}
	text, err := json.MarshalIndent(versionIDs{Key: printable(p.key), Versions: pairs}, "", "  ")
	if err == nil {
		err = s.locks.Check()
	}
	if err == nil {
		_, err = s.place.Put(ctx, versionItem(b.name, p.key), append(text, '\n'), state.Condition{})
	}
	if err != nil {
		return fmt.Errorf("keep the ids of its versions: %w", err)
	}

	return nil
}

// newest pairs versions that were written with the newest ones of the destination. There are none where
// those were there before, or are something else.
func newest(before, after, written []Entry) []versionPair {
	after = visible(after)
	if len(after) < len(written) {
		return nil
	}
	after = after[len(after)-len(written):]
	var pairs []versionPair
	for i, v := range written {
		there := slices.ContainsFunc(before, func(e Entry) bool { return e.Version == after[i].Version })
		if there || v.Marker != after[i].Marker || v.Size != after[i].Size {
			return nil
		}
		pairs = append(pairs, versionPair{Source: v.Version, Destination: after[i].Version})
	}

	return pairs
}

// unsure reports whether the last run over the bucket did not come to its end.
func (b *bucketRun) unsure() bool {
	p := b.past

	return p != nil && (len(p.runs) == 0 || !p.runs[len(p.runs)-1].complete)
}

// matching finds the versions of a key at the destination.
type matching struct {
	*bucketRun
	ctx context.Context //nolint:containedctx // it lasts as long as one comparison
	key string

	src, dst []Entry // the visible ones
	kept     []int   // those of src that are looked for
	found    []int   // the place in dst of each of the first of kept
	proofs   map[[2]int]Proof
	ids      map[string]string // of versions at the destination, by those of the source
	sources  map[string]bool   // ids at the destination that have a source
}

func newMatching(ctx context.Context, b *bucketRun, p historyPair) *matching {
	m := &matching{bucketRun: b, ctx: ctx, key: p.key, src: visible(p.src), dst: visible(p.dst), proofs: map[[2]int]Proof{}}
	for i := range m.src {
		m.kept = append(m.kept, i)
	}

	return m
}

// match aligns the two histories. Where they are not the same from one end to the other, several versions
// may be alike, and what was kept of their ids says which is which.
func (m *matching) match() error {
	err := m.align()
	if err != nil || len(m.dst) == 0 || len(m.found) == len(m.src) && len(m.src) == len(m.dst) {
		return err
	}
	known, err := m.readVersionIDs(m.ctx, m.key)
	if err != nil || len(known) == 0 {
		return err
	}
	m.ids, m.sources = map[string]string{}, map[string]bool{}
	for _, v := range known {
		m.ids[v.Source], m.sources[v.Destination] = v.Destination, true
	}
	m.leaveGone()

	return m.align()
}

func (m *matching) align() error {
	looked := make([]Entry, len(m.kept))
	for i, k := range m.kept {
		looked[i] = m.src[k]
	}
	var err error
	m.found, err = align(looked, m.dst, func(i, j int) (bool, error) { return m.same(m.kept[i], j) })

	return err
}

// same reports whether version i of the source is version j of the destination.
func (m *matching) same(i, j int) (bool, error) {
	id, mapped := m.ids[m.src[i].Version]
	if there := m.dst[j].Version; mapped && id != there || !mapped && m.sources[there] {
		return false, nil
	}
	if proof, ok := m.proofs[[2]int{i, j}]; ok {
		return proof != "", nil
	}
	proof, err := m.sameVersion(m.ctx, m.src[i], m.dst[j])
	m.proofs[[2]int{i, j}] = proof

	return proof != "", err
}

// leaveGone leaves the versions out that the destination had, and has no more, below others that it has:
// nothing can be written there.
func (m *matching) leaveGone() {
	there := map[string]bool{}
	for _, v := range m.dst {
		there[v.Version] = true
	}
	later := false
	m.kept = nil
	for i, v := range slices.Backward(m.src) {
		id, mapped := m.ids[v.Version]
		if mapped && !there[id] && later {
			continue
		}
		later = later || mapped && there[id]
		m.kept = append(m.kept, i)
	}
	slices.Reverse(m.kept)
}

// held is how many versions of the source, the oldest first, need not be written.
func (m *matching) held() int {
	if len(m.found) == 0 {
		return 0
	}

	return m.kept[len(m.found)-1] + 1
}

// pairs are the ids of those versions, also of those that the destination has no more.
func (m *matching) pairs() []versionPair {
	var pairs []versionPair
	for i, v := range m.src[:m.held()] {
		there := m.ids[v.Version]
		if n := slices.Index(m.kept, i); n >= 0 {
			there = m.dst[m.found[n]].Version
		}
		pairs = append(pairs, versionPair{Source: v.Version, Destination: there})
	}

	return pairs
}

// gone are the versions among those that the destination had and has no more.
func (m *matching) gone() []Entry {
	var gone []Entry
	for i, v := range m.src[:m.held()] {
		if !slices.Contains(m.kept, i) && !v.Marker {
			gone = append(gone, v)
		}
	}

	return gone
}

// goneVersions names what the destination has lost of a key.
func (b *bucketRun) goneVersions(key string, gone []Entry) {
	if len(gone) > 0 {
		b.differs(key, DiffMissing, fmt.Sprintf("%d versions, beginning with %s, are gone from the destination, which has later ones",
			len(gone), gone[0].Version))
	}
}
