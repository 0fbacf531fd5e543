package mirror

import "sync"

// EventKind says what an event is about.
type EventKind string

// The kinds of event.
const (
	EventAbilities EventKind = "abilities" // the stores have told what they can do
	EventBucket    EventKind = "bucket"    // a bucket is begun
	EventPhase     EventKind = "phase"     // a bucket enters a phase, or how much it has to do becomes known
	EventEqual     EventKind = "equal"     // an object needs nothing
	EventCopied    EventKind = "copied"    // an object was copied and proven
	EventPlanned   EventKind = "planned"   // a dry run would copy or remove an object
	EventDiffers   EventKind = "differs"   // an object is not the same on both sides
	EventTrashed   EventKind = "trashed"   // an object of the destination is in the trash, and is replaced or removed next
	EventRemoved   EventKind = "removed"   // an object was removed from the destination
	EventFailed    EventKind = "failed"    // an object, or without a key the bucket, failed
)

// Event is one step of a run.
type Event struct {
	Kind        EventKind
	Bucket, Key string
	Bytes       int64
	Phase       Phase           // of EventPhase
	Objects     int64           // of EventEqual: how many there are, the last of which is Key; of EventPhase: how many the source has, if known
	Difference  Difference      // of EventDiffers
	Held        Entry           // of EventTrashed: what the destination has
	Err         error           // of EventFailed
	Abilities   *StoreAbilities // of EventAbilities
}

// serial returns a function that passes events on one at a time.
func serial(progress func(Event)) func(Event) {
	if progress == nil {
		return func(Event) {}
	}
	var mu sync.Mutex

	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		progress(e)
	}
}
