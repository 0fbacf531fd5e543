package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/helm-ferry/ferry/mirror/state"
)

// blockSize is the size at which a block is full.
const blockSize = 512 << 10

// read returns the entries of a block. One that is damaged or gone has none; an error is
// that of the place.
func (j *Journal) read(ctx context.Context, b block) (*decoder, error) {
	frame, _, err := j.place.Get(ctx, j.dir+b.name)
	if err != nil && !errors.Is(err, state.ErrAbsent) {
		j.damage()

		return &decoder{}, fmt.Errorf("read journal: %w", err)
	}
	content, err := j.pair.unseal(kindEntries, frame)
	if err != nil {
		j.damage()
	}

	return &decoder{scanner: scanner{rest: content}}, nil
}

// entries yields the entries of blocks whose keys rise from one to the next. It holds one
// block at a time.
func (j *Journal) entries(ctx context.Context, blocks []block) iter.Seq2[Equivalence, error] {
	return func(yield func(Equivalence, error) bool) {
		for _, b := range blocks {
			d, err := j.read(ctx, b)
			if err != nil {
				yield(Equivalence{}, err)

				return
			}
			for d.next() {
				if !yield(d.entry(), nil) {
					return
				}
			}
			if d.bad {
				j.damage()
			}
		}
	}
}

// writer writes entries whose keys rise into blocks.
type writer struct {
	journal *Journal
	blocks  []block
	current encoder
	first   string
}

// add takes an entry, and writes a block when it is full.
func (w *writer) add(ctx context.Context, eq Equivalence) error {
	if w.current.count == 0 {
		w.first = eq.Key
	}
	w.current.add(eq)
	if len(w.current.buf) < w.journal.full {
		return nil
	}

	return w.flush(ctx)
}

// flush writes what was added.
func (w *writer) flush(ctx context.Context) error {
	if w.current.count == 0 {
		return nil
	}
	j := w.journal
	j.mu.Lock()
	j.made++
	name := fmt.Sprintf("%s%s-%06d", blockPrefix, j.run, j.made)
	j.known = append(j.known, name)
	j.mu.Unlock()
	if err := j.put(ctx, name, kindEntries, w.current.buf); err != nil {
		return err
	}
	w.keep(block{name: name, first: w.first, entries: w.current.count, size: len(w.current.buf)})
	w.current = encoder{buf: w.current.buf[:0]}

	return nil
}

// keep takes a block as it is. What was added before must have been flushed.
func (w *writer) keep(b block) { w.blocks = append(w.blocks, b) }
