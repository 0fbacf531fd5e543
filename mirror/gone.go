package mirror

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/helm-ferry/ferry/mirror/state"
)

// goneBlock is how many bytes of keys are kept in memory before they are written.
const goneBlock = 4 << 20

// goneList collects the keys that the destination has and the source has not, where a
// run leaves them there.
type goneList struct {
	raw     []byte
	count   int64
	sum     rowSum
	blocks  []string
	pending [][]byte // full blocks that are not written yet
}

// goneKey takes up a key. It is for look alone.
func (p *past) goneKey(key string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	g := &p.gone
	g.raw = appendText(g.raw, key)
	g.count++
	g.sum.add(&Entry{Key: key}, 0)
	if len(g.raw) >= goneBlock {
		g.pending = append(g.pending, g.raw)
		g.raw = nil
	}
}

// flushGone writes the blocks that are full.
func (p *past) flushGone(ctx context.Context) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	full := p.gone.pending
	p.gone.pending = nil
	p.mu.Unlock()
	for _, raw := range full {
		if err := p.putGone(ctx, raw); err != nil {
			return err
		}
	}

	return nil
}

func (p *past) putGone(ctx context.Context, raw []byte) error {
	block, err := pack(raw)
	if err != nil {
		return err
	}
	p.mu.Lock()
	name := fmt.Sprintf("%s%08d", pastGone, len(p.gone.blocks)+1)
	p.gone.blocks = append(p.gone.blocks, name)
	p.mu.Unlock()

	return p.put(ctx, name, block)
}

// closeGone writes the list, unless an earlier run has left the same one.
func (p *past) closeGone(ctx context.Context) (count int64, in, sum string, err error) {
	g := &p.gone
	if g.count == 0 {
		return 0, "", "", nil
	}
	sum = g.sum.String()
	if p.last != nil && p.last.Gone == g.count && p.last.GoneSum == sum {
		for _, name := range g.blocks {
			if err := p.place.Remove(ctx, p.folder+p.stamp+"/"+name); err != nil {
				return 0, "", "", fmt.Errorf("keep the past of the copy: %w", err)
			}
		}

		return g.count, p.last.GoneIn, sum, nil
	}
	if err = p.flushGone(ctx); err == nil && len(g.raw) > 0 {
		err = p.putGone(ctx, g.raw)
	}

	return g.count, p.stamp, sum, err
}

// keySum stands for a key in a set of many.
type keySum [16]byte

func sumOf(key string) keySum {
	sum := sha256.Sum256([]byte(key))

	return keySum(sum[:len(keySum{})])
}

// readGone reads the keys that the source of a point had not.
func readGone(ctx context.Context, place state.Place, point *Point, runs []pastRun) (map[keySum]struct{}, error) {
	if point.Gone == 0 {
		return nil, nil
	}
	gone := make(map[keySum]struct{}, point.Gone)
	var sum rowSum
	for _, run := range runs {
		if run.stamp != point.GoneIn {
			continue
		}
		for _, name := range run.gone {
			block, _, err := place.Get(ctx, name)
			var r *textReader
			if err == nil {
				r, err = unpack(block)
			}
			if err != nil {
				return nil, fmt.Errorf("read which keys were gone: %w", err)
			}
			for r.more() {
				key := r.text()
				gone[sumOf(key)] = struct{}{}
				sum.add(&Entry{Key: key}, 0)
			}
			if r.err != nil {
				return nil, r.err
			}
		}
	}
	if int64(len(gone)) != point.Gone || sum.String() != point.GoneSum {
		return nil, fmt.Errorf("read which keys were gone: %d of %d are there", len(gone), point.Gone)
	}

	return gone, nil
}
