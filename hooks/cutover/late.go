package cutover

import (
	"github.com/helm-ferry/ferry/hooks/record"
)

// lateAct is what is done about an object that somebody may have written to the old store late.
type lateAct string

const (
	lateNothing  lateAct = ""
	lateCopy     lateAct = "copy"     // the new store has what was proven, or nothing: the late write is the newest
	lateConflict lateAct = "conflict" // the old store was written since the proof, and the new one written or deleted
	lateDeleted  lateAct = "deleted"  // deleted from the old store since the proof
)

// decideLate judges a pair by what both buckets held when they were proven to be equal. An object that
// the old store has had since then, and the new one has no more, was deleted by a consumer: it must not
// come back, not even with what was written late.
func decideLate(p pair, source, target record.Mark, had func(key string) bool) lateAct {
	written := p.src != nil && source.Since(p.src.Key, string(p.src.ETag), p.src.Modified)
	changed := p.dst != nil && target.Since(p.dst.Key, string(p.dst.ETag), p.dst.Modified)
	switch {
	case p.src == nil && !changed:
		return lateDeleted
	case p.src == nil || !written:
		return lateNothing
	case p.dst == nil && had(p.src.Key):
		return lateConflict
	case p.dst == nil:
		return lateCopy
	case p.src.Size == p.dst.Size && p.src.ETag.Same(p.dst.ETag):
		return lateNothing
	case changed:
		return lateConflict
	}
	return lateCopy
}

// decideBlind judges a pair where no record says what was equal when: what the new store lacks is
// copied, and what differs is left to people.
func decideBlind(p pair) lateAct {
	switch {
	case p.src == nil:
		return lateNothing
	case p.dst == nil:
		return lateCopy
	case p.src.Size == p.dst.Size && p.src.ETag.Same(p.dst.ETag):
		return lateNothing
	}
	return lateConflict
}
