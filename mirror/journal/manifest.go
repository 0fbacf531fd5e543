package journal

import (
	"encoding/binary"
	"sort"
)

const maxName = 128

// manifest names the base: blocks whose keys rise from one to the next, and the number
// of the first delta that it does not include.
type manifest struct {
	next   uint64
	blocks []block
}

// block is a piece of the base.
type block struct {
	name    string
	first   string // key
	entries int
	size    int
}

func (m manifest) encode() []byte {
	b := binary.AppendUvarint(nil, m.next)
	for _, block := range m.blocks {
		b = appendText(b, block.name)
		b = appendText(b, block.first)
		b = binary.AppendUvarint(b, uint64(block.entries))
		b = binary.AppendUvarint(b, uint64(block.size))
	}

	return b
}

// decodeManifest reads a manifest. It allocates in proportion to what is there, whatever
// that claims.
func decodeManifest(content []byte) (manifest, error) {
	s := scanner{rest: content}
	m := manifest{next: s.number(1 << 62)}
	for len(s.rest) > 0 {
		m.blocks = append(m.blocks, block{
			name: string(s.text(maxName)), first: string(s.text(maxKey)),
			entries: int(s.number(1 << 40)), size: int(s.number(1 << 40)),
		})
	}
	rises := sort.SliceIsSorted(m.blocks, func(i, j int) bool { return m.blocks[i].first < m.blocks[j].first })
	if s.bad || !rises {
		return manifest{}, errDamaged
	}

	return m, nil
}

// find returns the number of the block in which a key would be, or -1.
func (m manifest) find(key string) int {
	return sort.Search(len(m.blocks), func(i int) bool { return m.blocks[i].first > key }) - 1
}

// covers reports whether a key would be in block n.
func (m manifest) covers(n int, key string) bool {
	return n >= 0 && n < len(m.blocks) && m.blocks[n].first <= key && m.before(n, key)
}

// before reports whether a key comes before the block behind block n.
func (m manifest) before(n int, key string) bool {
	return n+1 == len(m.blocks) || key < m.blocks[n+1].first
}

// scattered reports whether the base has many more blocks than it needs when full is
// the size of one.
func (m manifest) scattered(full int) bool {
	total := 0
	for _, block := range m.blocks {
		total += block.size
	}

	return len(m.blocks) > 16+2*total/full
}
