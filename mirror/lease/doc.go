// Package lease lets one writer at a time at a destination: a schedule, somebody at a
// terminal, a restore.
//
//	ctx, locks, err := lease.Take(ctx, place, []string{"cargo", "mail"}, lease.Here("ferry mirror"))
//	defer locks.Release(ctx)
//	if other, taken := locks.Refused("mail"); taken { … }
//	err = locks.Check() // before each write
//
// # Words
//
// A [Lease] is an item of a state.Place: who holds it, since when, and a count that
// grows with each renewal. Its holder renews it every [Renewal]. A lease that its
// holder does not renew for [Term] is dead, and the next one to come takes it over.
//
// # Who decides that a holder is dead
//
// Clocks of two machines are never compared. An observer takes the time by its own
// clock for which it has seen a lease unchanged, tag and all. It takes over
//
//   - after Term; or
//   - after three renewals are overdue, if by the clock of the place, which wrote both,
//     the lease is older than an item written just now by more than Term; or
//   - at once, if the lease was released, or its holder was a process of this very
//     machine that does not exist any more.
//
// A lease that changes while it is watched has a living holder: Take refuses it. The
// answer comes within one renewal, or the lease is taken over within Term. Several
// leases are watched at the same time.
//
// Who takes over writes under the condition that the lease is still the one it has
// watched. Of two at the same moment one wins; the other sees a living holder.
//
// Who is interrupted while writing a lease gives it back all the same, as a released one and under the same condition:
// had the write its effect, it is undone, and has it none yet, its condition does not hold any more.
//
// # What a holder that lost its lease does
//
// The context of Take ends, with an error that wraps [ErrLost] as its cause, as soon as
// the holder sees another one in its place, or has not been able to renew for Term
// less a minute. Time is the greater one of two clocks: the one that stands still while a
// machine is suspended, and the one on the wall that is set. So a holder that was
// stopped for long finds out at the first [Locks.Check] after it woke, before a write and
// without asking anybody.
//
// One race remains: a request that was sent before the holder was stopped, and that the
// server carries out after another one took over. It is of a size with the time that a
// request takes, beside a Term of minutes; no store offers a way to fence it off.
//
// Where a place does not check conditions (state.Facts), two writers that come at the
// same moment are told apart by what is there a moment later.
package lease
