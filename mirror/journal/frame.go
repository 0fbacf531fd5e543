package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
)

// Every object of a journal is framed: magic, format version, kind, pair of stores,
// content, and the SHA-256 of all these.
const (
	magic     = "ferryjnl"
	version   = 1
	frameHead = len(magic) + 2 + pairSize
)

// The kinds of object.
const (
	kindManifest = 'm'
	kindEntries  = 'e'
	kindUpload   = 'u'
)

const pairSize = 8

// pair names a pair of stores.
type pair [pairSize]byte

func pairOf(name string) pair {
	sum := sha256.Sum256([]byte(name))

	return pair(sum[:pairSize])
}

var errDamaged = errors.New("the journal is damaged")

// seal frames content.
func (p pair) seal(kind byte, content []byte) []byte {
	out := make([]byte, 0, frameHead+len(content)+sha256.Size)
	out = append(out, magic...)
	out = append(out, version, kind)
	out = append(out, p[:]...)
	out = append(out, content...)
	sum := sha256.Sum256(out)

	return append(out, sum[:]...)
}

// unseal returns the content of a frame of a kind. It copies nothing.
func (p pair) unseal(kind byte, frame []byte) ([]byte, error) {
	head := p.seal(kind, nil)[:frameHead]
	if len(frame) < frameHead+sha256.Size || !bytes.Equal(frame[:frameHead], head) {
		return nil, errDamaged
	}
	end := len(frame) - sha256.Size
	if sum := sha256.Sum256(frame[:end]); !bytes.Equal(sum[:], frame[end:]) {
		return nil, errDamaged
	}

	return frame[frameHead:end], nil
}
