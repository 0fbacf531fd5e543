package journal

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

// The ways to write an ETag.
const (
	tagText   = iota // its length and its bytes
	tagDigest        // 16 bytes, shown in hexadecimal
	tagParts         // the same, a hyphen and a number
)

const digestSize = 16

// encoder writes entries whose keys rise.
type encoder struct {
	buf   []byte
	last  Equivalence
	count int
}

// add writes an entry. One whose key does not rise is left out.
func (e *encoder) add(eq Equivalence) {
	if e.count > 0 && eq.Key <= e.last.Key {
		return
	}
	shared := sharedLength(e.last.Key, eq.Key)
	b := binary.AppendUvarint(e.buf, uint64(shared))
	b = appendText(b, eq.Key[shared:])
	b = appendTag(b, eq.Source.ETag)
	b = appendTag(b, eq.Destination.ETag)
	b = binary.AppendVarint(b, eq.Source.Size)
	b = binary.AppendVarint(b, eq.Destination.Size-eq.Source.Size)
	b = binary.AppendVarint(b, eq.Source.Modified.UnixNano())
	b = binary.AppendVarint(b, eq.Destination.Modified.UnixNano())
	e.buf = appendText(b, eq.Proof)
	e.last = eq
	e.count++
}

func sharedLength(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}

	return n
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTag writes a tag in the shortest way from which exactly it comes back.
func appendTag(b []byte, tag string) []byte {
	digest, count, parts := strings.Cut(tag, "-")
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != digestSize || digest != strings.ToLower(digest) {
		return appendText(append(b, tagText), tag)
	}
	if !parts {
		return append(append(b, tagDigest), sum...)
	}
	n, err := strconv.ParseUint(count, 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != count {
		return appendText(append(b, tagText), tag)
	}

	return binary.AppendUvarint(append(append(b, tagParts), sum...), n)
}

// decoder reads what an encoder wrote, one entry after the other. Whatever it reads, it
// allocates no more than its largest key and tags.
type decoder struct {
	scanner
	count int // entries read
	key   []byte
	src   stored
	dst   stored
	proof []byte
}

// next reads the next entry. The answer is false at the end, and where the entries are
// not what an encoder writes; bad tells which.
func (d *decoder) next() bool {
	if d.bad || len(d.rest) == 0 {
		return false
	}
	shared := d.number(uint64(len(d.key)))
	suffix := d.text(maxKey - int(shared))
	rises := d.count == 0 || int(shared) == len(d.key) && len(suffix) > 0 ||
		int(shared) < len(d.key) && len(suffix) > 0 && suffix[0] > d.key[shared]
	d.bad = d.bad || !rises
	if d.bad {
		return false
	}
	d.key = append(d.key[:shared], suffix...)
	d.src.etag = d.tag(d.src.etag[:0])
	d.dst.etag = d.tag(d.dst.etag[:0])
	d.src.size = d.signed()
	d.dst.size = d.src.size + d.signed()
	d.src.modified = d.signed()
	d.dst.modified = d.signed()
	d.proof = d.text(maxProof)
	d.count++

	return !d.bad
}

// entry returns the entry that was read last.
func (d *decoder) entry() Equivalence {
	return Equivalence{Key: string(d.key), Source: d.src.row(), Destination: d.dst.row(), Proof: string(d.proof)}
}

// scanner takes values off the front of foreign bytes. After the first that is not there,
// it is bad and returns zero values.
type scanner struct {
	rest []byte
	bad  bool
}

func (s *scanner) fail() {
	s.bad, s.rest = true, nil
}

// number takes a number of at most limit.
func (s *scanner) number(limit uint64) uint64 {
	n, size := binary.Uvarint(s.rest)
	if size <= 0 || n > limit {
		s.fail()

		return 0
	}
	s.rest = s.rest[size:]

	return n
}

func (s *scanner) signed() int64 {
	n, size := binary.Varint(s.rest)
	if size <= 0 {
		s.fail()

		return 0
	}
	s.rest = s.rest[size:]

	return n
}

// text takes a length of at most limit and so many bytes. They are not copied.
func (s *scanner) text(limit int) []byte {
	return s.bytes(int(s.number(uint64(max(limit, 0)))))
}

func (s *scanner) bytes(n int) []byte {
	if n > len(s.rest) {
		s.fail()

		return nil
	}
	taken := s.rest[:n]
	s.rest = s.rest[n:]

	return taken
}

// tag appends a tag to buf.
func (s *scanner) tag(buf []byte) []byte {
	switch s.number(tagParts) {
	case tagDigest:
		return hex.AppendEncode(buf, s.bytes(digestSize))
	case tagParts:
		buf = append(hex.AppendEncode(buf, s.bytes(digestSize)), '-')

		return strconv.AppendUint(buf, s.number(1<<32-1), 10)
	default:
		return append(buf, s.text(maxTag)...)
	}
}
