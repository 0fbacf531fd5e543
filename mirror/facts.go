package mirror

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// fact is what the destination had under a key before a run touched it.
type fact struct {
	key      string
	present  bool
	size     int64
	etag     ETag
	modified time.Time
}

func factOf(p pair) fact {
	if p.dst == nil {
		return fact{key: p.key()}
	}

	return fact{key: p.key(), present: true, size: p.dst.Size, etag: p.dst.ETag, modified: p.dst.Modified}
}

// same reports whether two facts are about one and the same object.
func (f fact) same(other fact) bool {
	return f.present == other.present && f.size == other.size && f.etag == other.etag && f.modified.Equal(other.modified)
}

// noting reports whether there is anything to go back to, for which facts are needed.
func (p *past) noting() bool { return p != nil && p.last != nil && !p.last.Versions }

// note writes down what the destination has under keys, before any of them is touched.
func (p *past) note(ctx context.Context, facts []fact) error {
	if !p.noting() || len(facts) == 0 {
		return nil
	}
	block, err := encodeFacts(facts)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.blocks++
	name := fmt.Sprintf("%s%08d", pastFacts, p.blocks)
	p.mu.Unlock()

	return p.put(ctx, name, block)
}

// foresee notes the pairs that listings alone show to be written or removed.
func (b *bucketRun) foresee(ctx context.Context, pairs []pair) bool {
	if !b.past.noting() || b.history {
		return true
	}
	var facts []fact
	for i, p := range pairs {
		if act := decide(p); !p.noted && (act == actCopy || act == actReplace || act == actExtra) {
			facts = append(facts, factOf(p))
			pairs[i].noted = true
		}
	}
	if err := b.past.note(ctx, facts); err != nil {
		b.fail(ctx, "", err)

		return false
	}

	return true
}

// noteOne notes a pair that nobody has foreseen.
func (b *bucketRun) noteOne(ctx context.Context, p pair) error {
	if p.noted || b.history {
		return nil
	}

	return b.past.note(ctx, []fact{factOf(p)})
}

// maxText bounds the texts that a block of the past is read with.
const maxText = 64 << 10

// encodeFacts spells a block: gzip, and in it for each fact its key, whether there was
// an object, and then size, time and ETag. Texts have their length before them.
func encodeFacts(facts []fact) ([]byte, error) {
	var raw []byte
	for _, f := range facts {
		raw = appendText(raw, f.key)
		if !f.present {
			raw = append(raw, 0)

			continue
		}
		raw = append(raw, 1)
		raw = binary.AppendVarint(raw, f.size)
		raw = binary.AppendVarint(raw, f.modified.UnixNano())
		raw = appendText(raw, string(f.etag))
	}

	return pack(raw)
}

func appendText(raw []byte, text string) []byte {
	return append(binary.AppendUvarint(raw, uint64(len(text))), text...)
}

func pack(raw []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(raw)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("pack a block of the past: %w", err)
	}

	return packed.Bytes(), nil
}

// textReader reads the blocks of the past. The first error stays.
type textReader struct {
	from *bytes.Reader
	err  error
}

// unpack reads a block into memory: its checksum is known before anything is believed.
func unpack(block []byte) (*textReader, error) {
	r, err := gzip.NewReader(bytes.NewReader(block))
	var raw []byte
	if err == nil {
		raw, err = io.ReadAll(io.LimitReader(r, 16*state.MaxSize))
	}
	if err != nil {
		return nil, fmt.Errorf("unpack a block of the past: %w", err)
	}

	return &textReader{from: bytes.NewReader(raw)}, nil
}

func (r *textReader) more() bool { return r.err == nil && r.from.Len() > 0 }

func (r *textReader) text() string {
	n, err := binary.ReadUvarint(r.from)
	if err == nil && (n > maxText || n > uint64(r.from.Len())) {
		err = fmt.Errorf("a text of %d bytes", n)
	}
	if err != nil {
		r.fail(err)

		return ""
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r.from, text)
	r.fail(err)

	return string(text)
}

func (r *textReader) number() int64 {
	n, err := binary.ReadVarint(r.from)
	r.fail(err)

	return n
}

func (r *textReader) flag() bool {
	c, err := r.from.ReadByte()
	r.fail(err)

	return c == 1
}

func (r *textReader) fail(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("a block of the past is damaged: %w", err)
	}
}

// decodeFacts reads a block.
func decodeFacts(block []byte, see func(fact)) error {
	r, err := unpack(block)
	if err != nil {
		return err
	}
	for r.more() {
		f := fact{key: r.text()}
		if f.present = r.flag(); f.present {
			f.size = r.number()
			f.modified = time.Unix(0, r.number())
			f.etag = ETag(r.text())
		}
		if r.err == nil {
			see(f)
		}
	}

	return r.err
}
