package mirror

// Phase is what a run does with a bucket at the moment.
type Phase string

// The phases of a bucket, in their order. Verify compares; what a mirror does not need it leaves out.
const (
	PhaseGuard   Phase = "guarding"   // finds out how much the run would take away
	PhaseCopy    Phase = "copying"    // lists both sides, compares, and copies
	PhaseCompare Phase = "comparing"  // lists both sides and compares
	PhasePublish Phase = "publishing" // lists again, and copies what points to what was copied
	PhaseRemove  Phase = "removing"   // removes what the source does not have
)

// enter begins a phase.
func (b *bucketRun) enter(phase Phase) {
	b.mu.Lock()
	b.phase = phase
	b.mu.Unlock()
	b.emit(Event{Kind: EventPhase, Bucket: b.name, Phase: phase})
}

// allListed tells how much a phase over all objects has to do, once its listings have ended.
func (b *bucketRun) allListed() {
	b.mu.Lock()
	e := Event{Kind: EventPhase, Bucket: b.name, Phase: b.phase, Objects: b.rep.Source, Bytes: b.rep.SourceBytes}
	b.mu.Unlock()
	if e.Phase == PhaseCopy || e.Phase == PhaseCompare {
		b.emit(e)
	}
}
