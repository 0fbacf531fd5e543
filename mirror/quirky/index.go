package quirky

import (
	"slices"
	"strings"
)

// record is a key with its versions, newest first. Without versioning there is one.
type record struct {
	key      string
	versions []*version
}

// current is the object under the key, or nil.
func (r *record) current() *version {
	if len(r.versions) == 0 || r.versions[0].marker {
		return nil
	}

	return r.versions[0]
}

// blockSize is how many records a block of an index has at most.
const blockSize = 512

// index keeps records in byte order of their keys, in blocks so that neither an
// insertion nor a search takes longer with their number.
type index struct {
	blocks [][]*record
	size   int
}

// seek returns where key is, or would be.
func (x *index) seek(key string) (block, at int, found bool) {
	block, found = slices.BinarySearchFunc(x.blocks, key, func(b []*record, key string) int {
		return strings.Compare(b[0].key, key)
	})
	if found || block == 0 {
		return block, 0, found
	}
	block--
	at, found = slices.BinarySearchFunc(x.blocks[block], key, func(r *record, key string) int {
		return strings.Compare(r.key, key)
	})

	return block, at, found
}

// get returns the record of a key, or nil.
func (x *index) get(key string) *record {
	block, at, found := x.seek(key)
	if !found {
		return nil
	}

	return x.blocks[block][at]
}

// add returns the record of a key, a new one if there was none.
func (x *index) add(key string) *record {
	block, at, found := x.seek(key)
	if found {
		return x.blocks[block][at]
	}
	r := &record{key: key}
	x.size++
	if len(x.blocks) == 0 {
		x.blocks = [][]*record{{r}}

		return r
	}
	x.blocks[block] = slices.Insert(x.blocks[block], at, r)
	if full := x.blocks[block]; len(full) > blockSize {
		half := slices.Clone(full[len(full)/2:])
		x.blocks[block] = slices.Clip(full[:len(full)/2])
		x.blocks = slices.Insert(x.blocks, block+1, half)
	}

	return r
}

// remove drops the record of a key.
func (x *index) remove(key string) {
	block, at, found := x.seek(key)
	if !found {
		return
	}
	x.size--
	x.blocks[block] = slices.Delete(x.blocks[block], at, at+1)
	if len(x.blocks[block]) == 0 {
		x.blocks = slices.Delete(x.blocks, block, block+1)
	}
}

// scan calls yield for the records from a key on, until it returns false.
func (x *index) scan(from string, yield func(*record) bool) {
	block, at, _ := x.seek(from)
	for ; block < len(x.blocks); block, at = block+1, 0 {
		for _, r := range x.blocks[block][at:] {
			if !yield(r) {
				return
			}
		}
	}
}
