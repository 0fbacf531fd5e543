// Package state says where a run keeps what it has to remember beside the data: who
// writes, where a destination comes from, journals, reports.
//
//	place := state.NewFolder("/var/lib/ferry/offsite")
//	facts, err := place.Open(ctx, false)
//	tag, err := place.Put(ctx, "locks/cargo.json", doc, state.Condition{Absent: true})
//
// A [Place] holds small items under names. [NewFolder] is a place in a local folder;
// package mirror has one in a bucket, or below a prefix of it. Package statetest is what both pass.
//
// # Words
//
// An [Item] is what a place holds under a name. A [Tag] stands for the content of an
// item: equal tags mean equal content. A [Condition] is what a write demands of what
// is there; [ErrConflict] says that it does not hold.
//
// # Ferry's own
//
// A place that holds something and is not marked as Ferry's own (item [Marker]) is
// refused with [ErrForeign]: a bucket of that name may be a stranger's. An empty one
// is marked and taken.
//
// # Names
//
// A name is made of segments joined by slashes, each of letters, digits and - _ . =
// (the first not a dot), so that it is the same on every file system and in every
// store; [Segment] makes one of any text. No name is the beginning of another up to a
// slash: what is an item is no folder. Names that differ in case alone are not used.
package state
