// Package journal remembers, from one run of a mirror to the next, what the listings
// of two buckets do not say.
//
//	j, err := journal.Open(ctx, place, "cargo", "http://minio:9000 http://rustfs:9000")
//	err = j.Merge(ctx)                                   // what killed runs left
//	_, known := j.Cursor().Vouches(ctx, key, src, dst)   // for each pair of rows, keys rising
//	err = j.Record(ctx, equivalence)                     // after each proof
//	err = j.Close(ctx, true)                             // the whole bucket was looked at
//
// # Words
//
// An [Equivalence] says that two objects were proven equal by their content, each named
// by the row with which its store lists it. Where ETags cannot match, it spares the next
// run the reading of both. An [Upload] is a large object under way: a later run takes it
// up again, or drops its parts.
//
// # A hint, never the truth
//
// The listing is the truth. A pair is vouched for only when key, both ETags, both sizes
// and both times are those of the proof; an entry is a fact about those two rows and does
// not become wrong by growing old, for any write changes a row. So a journal that is
// missing, torn, of another pair of stores, or an old copy of itself costs time and never
// correctness: a checksum stands over each object of it, what fails the check is no entry,
// and [Journal.Damaged] counts it.
//
// A checksum is no signature. Whoever can write to the place can write a false entry, and
// have an object that differs pass for equal until one of its rows changes. Write access
// to the place is therefore as good as write access to the destination. Comparing does not
// believe the journal, and finds such an object.
//
// Times: a server shows fractions of a second in its listing and none in the answer to a
// single object. A recorded time without a fraction stands for its whole second.
//
// # What is where
//
// Everything of a bucket and a pair of stores is below journal/BUCKET/PAIR/ of the place:
//
//	manifest      the names and first keys of the blocks of the base; swapped at once
//	block-…       a sorted piece of the base, about half a MiB
//	delta-…       what was proven since, in the order of time; sorted in itself
//	upload-…      an upload under way
//
// Blocks and deltas have names of their own for ever: nothing is written over but the
// manifest. A run may be killed anywhere. The next one sees the base before or after the
// swap, and the whole deltas that this base does not include; what neither names is
// removed by the next merge.
//
// Memory: a block for each cursor, a delta, the first keys of the blocks and a bit for each
// entry that was confirmed; 1.2 MB of bits for ten million. A merge holds 17 blocks.
//
// There is no compression: keys are stored as what they do not share with the one before,
// ETags as the bytes of their digests, and those are random.
package journal
