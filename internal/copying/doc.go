// Package copying is what every command has in common that runs the engine of package mirror for
// somebody: it watches the run, ends it, and tells what came of it.
//
//	report, err := copying.Run(ctx, log, job, source, destination)
//	return copying.Tell(streams, log, format, report, copying.Judge(job, report, err))
//
// What people read comes in this order: progress, then each object that is in trouble, then the
// report on stdout, and as the last line the [Verdict]:
//
//	DONE: mirror offsite: 7 buckets, 332 objects (18 MiB) proven equal at https://s3.example.com:443, 4 copied
//
// A [Meter] counts the events of a run. It writes a line now and then into a log, or keeps one line
// at the bottom of a [Screen] current.
package copying
