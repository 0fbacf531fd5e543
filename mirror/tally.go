package mirror

import (
	"context"
	"fmt"
	"strings"
)

// count adds a pair to the totals.
func (b *bucketRun) count(p pair) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.src != nil {
		b.rep.Source++
		b.rep.SourceBytes += p.src.Size
		b.digest.add(p.src, 0)
	}
	if p.dst != nil {
		b.rep.Destination++
		b.rep.DestinationBytes += p.dst.Size
	}
	if p.src != nil && p.dst != nil {
		if p.src.Modified.Equal(p.dst.Modified) {
			b.alike++
		} else {
			b.unlike++
		}
	}
}

func (b *bucketRun) equal(p pair, proof Proof) {
	b.mu.Lock()
	b.rep.Equal++
	b.rep.Proofs[proof]++
	b.failing = 0
	b.mu.Unlock()
	b.emit(Event{Kind: EventEqual, Bucket: b.name, Key: p.key(), Bytes: p.src.Size, Objects: 1})
}

// listedEqual is equal for a pair that the listings settle. It is for look alone, and
// tells of many together.
func (b *bucketRun) listedEqual(p pair, proof Proof) {
	if proof != b.untoldProof {
		b.tellEqual()
		b.untoldProof = proof
	}
	b.untold.Objects++
	b.untold.Bytes += p.src.Size
	b.untold.Key = p.src.Key
}

// tellEqual tells of the pairs that the listings have settled.
func (b *bucketRun) tellEqual() {
	e := b.untold
	if e.Objects == 0 {
		return
	}
	b.untold = Event{}
	b.mu.Lock()
	b.rep.Equal += e.Objects
	b.rep.Proofs[b.untoldProof] += e.Objects
	b.failing = 0
	b.mu.Unlock()
	e.Kind, e.Bucket, e.Key = EventEqual, b.name, strings.Clone(e.Key)
	b.emit(e)
}

func (b *bucketRun) planned(p pair) {
	b.mu.Lock()
	b.rep.Planned++
	b.rep.PlannedBytes += p.src.Size
	if p.dst != nil {
		b.rep.Replaced++
	}
	b.mu.Unlock()
	b.emit(Event{Kind: EventPlanned, Bucket: b.name, Key: p.key(), Bytes: p.src.Size})
}

func (b *bucketRun) copied(p pair, c copied) {
	b.mu.Lock()
	b.rep.Copied++
	b.rep.CopiedBytes += c.size
	if p.dst != nil {
		b.rep.Replaced++
	}
	b.rep.Proofs[c.proof]++
	b.failing = 0
	b.mu.Unlock()
	b.emit(Event{Kind: EventCopied, Bucket: b.name, Key: p.key(), Bytes: c.size})
	if len(c.lost) > 0 {
		b.differs(p.key(), DiffMetadata, "the destination does not keep "+strings.Join(c.lost, ", "), c.lost...)
	}
}

func (b *bucketRun) differs(key string, kind DifferenceKind, detail string, names ...string) {
	difference := Difference{Key: printable(key), Kind: kind, Detail: detail, Names: names}
	b.mu.Lock()
	b.rep.Differences.add(difference)
	b.failing = 0
	b.mu.Unlock()
	b.emit(Event{Kind: EventDiffers, Bucket: b.name, Key: key, Difference: difference})
}

// fail records what could not be done. After too many in a row the bucket is given
// up. What an interruption brings down is not a failure of its own.
func (b *bucketRun) fail(ctx context.Context, key string, err error) {
	b.mu.Lock()
	b.rep.Complete = false
	interrupted := ctx.Err() != nil
	if !interrupted {
		b.rep.Errors.add(Failure{Key: printable(key), Error: err.Error(), Cause: CauseOf(err)})
		b.failing++
		if key != "" {
			b.lose(key)
		}
	}
	abandon := b.failing == maxFailing && key != ""
	b.mu.Unlock()
	if interrupted {
		return
	}
	b.emit(Event{Kind: EventFailed, Bucket: b.name, Key: key, Err: err})
	if abandon {
		b.abandon(fmt.Errorf("given up after %d failures in a row", maxFailing))
	}
}

func (b *bucketRun) refuse(format string, args ...any) { b.refuseBy(GuardAllowance, format, args...) }

func (b *bucketRun) refuseBy(guard Guard, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rep.Complete = false
	b.rep.Refused, b.rep.Guard = fmt.Sprintf(format, args...), guard
}

func (b *bucketRun) anomaly(kind AnomalyKind, detail string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note := b.rep.Anomalies[kind]
	if note.Total++; note.Total == 1 {
		note.Detail = detail
	}
	b.rep.Anomalies[kind] = note
}

func (b *bucketRun) retried() { b.bump(&b.rep.Retries) }

func (b *bucketRun) bump(counter *int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*counter++
}
