package mirror

import (
	"context"
	"crypto/md5"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"
)

// partWorkers is how many parts of one object are under way at a time.
const partWorkers = 4

// parts writes the object in the parts in which the source has it, several at a time;
// first is the body of the first one. Nothing becomes visible before the MD5s of the
// parts make up the source's ETag. They are those that the destination computed: what
// it has is what is proven.
func (t *transfer) parts(ctx context.Context, touch func(), obj Object, first io.Reader) (written, error) {
	w := written{proof: ProofComposite}
	t.blind = t.blind || t.lore.blind()
	err := t.upload(ctx, obj, func(up Upload) error {
		layout := make([]layoutPart, obj.ETag.Parts())
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(partWorkers)
		for n := 1; n <= len(layout) && ctx.Err() == nil; n++ {
			group.Go(func() error {
				var err error
				if part, ok := t.had(n); ok {
					layout[n-1] = part
				} else if n == 1 {
					layout[0], err = t.sendPart(ctx, up, 1, obj, first)
				} else {
					layout[n-1], err = t.part(ctx, touch, up, n)
				}
				if err != nil {
					return fmt.Errorf("part %d: %w", n, err)
				}

				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}

		return t.joined(obj, layout, &w)
	}, &w)

	return w, err
}

// layoutPart is a part with its place in the object.
type layoutPart struct {
	piece

	offset int64
}

// anywhere is the offset of a part that the destination had already.
const anywhere = -1

// joined finds out whether the parts make up the object.
func (t *transfer) joined(obj Object, layout []layoutPart, w *written) error {
	sums := make([]byte, 0, len(layout)*md5.Size)
	w.pieces = w.pieces[:0]
	offset := int64(0)
	for i, p := range layout {
		if p.offset != offset && p.offset != anywhere {
			return fmt.Errorf("part %d: %w: the source does not give out its parts", i+1, ErrPartsRefused)
		}
		offset += p.size
		sums = append(sums, p.sum[:]...)
		w.pieces = append(w.pieces, p.piece)
	}
	if offset != obj.Size {
		return fmt.Errorf("%w: the parts have %d of %d bytes", errSize, offset, obj.Size)
	}
	got := compositeTag(sums)
	switch {
	case got == obj.ETag:
		t.lore.isOpaque(false)
	case t.opaque:
		w.proof = ""
	default:
		return &mismatchError{got: got, want: obj.ETag}
	}

	return nil
}

// part copies part n of the source.
func (t *transfer) part(ctx context.Context, touch func(), up Upload, n int) (layoutPart, error) {
	obj, source, err := t.open(ctx, touch, n)
	if err != nil {
		return layoutPart{}, err
	}
	defer source.Close()

	return t.sendPart(ctx, up, n, obj, source)
}

// sendPart writes part n, of which obj says the place. It is digested here only where
// the destination's digest does not count.
func (t *transfer) sendPart(ctx context.Context, up Upload, n int, obj Object, source io.Reader) (layoutPart, error) {
	p := layoutPart{offset: obj.Offset}
	p.size = obj.Length
	if !obj.Ranged {
		return p, fmt.Errorf("%w: the source does not give out its parts", ErrPartsRefused)
	}
	content := newBody(source, obj.Length)
	defer content.release()
	digest := t.wary || t.opaque || t.blind
	if digest {
		content.demand(nil)
	}
	if err := content.check(); err != nil {
		return p, fmt.Errorf("read source: %w", err)
	}
	tag, err := up.Part(ctx, n, content, obj.Length)
	if err = settled(err, content); err != nil {
		return p, err
	}
	if digest {
		p.sum = [md5.Size]byte(content.md5.Sum(nil))

		return p, t.taken(tag, p.sum)
	}
	sum := tag.MD5()
	if sum == nil {
		return p, fmt.Errorf("%w: %w: %s", ErrTemporary, errPartTag, tag)
	}
	p.sum = [md5.Size]byte(sum)

	return p, nil
}
