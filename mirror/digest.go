package mirror

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// rowSum adds up the SHA-256 of rows of a listing, modulo 2^256: in any order the
// same.
type rowSum struct {
	words [sha256.Size / 8]uint64
	row   []byte
}

// add adds a row, that of version n of a key, counted from 0. The lengths keep one row
// from reading as another.
func (s *rowSum) add(e *Entry, n int) {
	size := e.Size
	if e.Marker {
		size = -1
	}
	s.row = binary.BigEndian.AppendUint64(s.row[:0], uint64(len(e.Key)))
	s.row = append(s.row, e.Key...)
	s.row = binary.BigEndian.AppendUint64(s.row, uint64(size))
	s.row = append(s.row, e.ETag...)
	if n > 0 {
		s.row = binary.BigEndian.AppendUint64(append(s.row, 0), uint64(n))
	}
	sum, carry := sha256.Sum256(s.row), uint64(0)
	for i := len(s.words) - 1; i >= 0; i-- {
		s.words[i], carry = bits.Add64(s.words[i], binary.BigEndian.Uint64(sum[8*i:]), carry)
	}
}

func (s *rowSum) String() string {
	var sum []byte
	for _, word := range s.words {
		sum = binary.BigEndian.AppendUint64(sum, word)
	}

	return hex.EncodeToString(sum)
}
