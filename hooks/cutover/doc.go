// Package cutover moves the objects of a release from one store to another inside an upgrade, before
// Helm applies the manifest whose alias selects the other one.
//
//   - [World.Run], before the manifest is applied: whether the alias moves at all; preflight; a watchdog;
//     consumers are stopped; the second pass; a comparison without a difference; the record.
//   - [World.BringBack], after it: the alias leads to the new store, consumers as they were, then what was
//     written to the old store late.
//   - [World.Watch], from a Job of its own: consumers come back by the deadline, whatever became of the
//     upgrade.
//
// What it is going to change is in a journal before it changes it, so that it may be killed anywhere:
// the next run goes on, the watchdog brings back. Any failure brings the consumers back and refuses the
// upgrade; the alias itself is moved by the manifest alone.
//
// A cutover has no direction: a rollback whose manifest selects the old store moves back what was
// written since, by the same steps.
package cutover
