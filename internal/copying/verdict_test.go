package copying

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/lease"
)

// some makes the list of a report.
func some[T any](total int64, first ...T) mirror.Bounded[T] {
	return mirror.Bounded[T]{Total: total, First: first}
}

func missing(key string) mirror.Difference {
	return mirror.Difference{Key: key, Kind: mirror.DiffMissing}
}

// whole is a bucket without trouble.
func whole(name string, objects int64) mirror.BucketReport {
	return mirror.BucketReport{Bucket: name, Complete: true, Counts: mirror.Counts{Source: objects, Equal: objects, SourceBytes: 1 << 20}}
}

// troubled is a bucket of 12,345 objects of which not all are at the destination.
func troubled(change func(*mirror.BucketReport)) mirror.BucketReport {
	b := whole("ilum-data", 12345)
	change(&b)
	return b
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	interrupted := fmt.Errorf("mirror interrupted: %w", context.Canceled)
	tests := map[string]struct {
		kind        string
		dryRun      bool
		contentOnly bool
		ended       error
		refused     string
		buckets     []mirror.BucketReport
		want        string
		code        cli.Kind
	}{
		"all is proven": {
			buckets: []mirror.BucketReport{whole("a", 12345), whole("b", 1)},
			want:    "DONE: mirror offsite: 2 buckets, 12,346 objects (2.0 MiB) proven equal at https://dst:9000, 0 copied",
		},
		"some were deleted meanwhile": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Vanished, b.Copied, b.Equal = 2, 5, 12338 })},
			want: "DONE: mirror offsite: 1 bucket, 12,343 of 12,345 objects (1.0 MiB) proven equal at https://dst:9000, 5 copied, " +
				"2 deleted at the source meanwhile",
		},
		"some are removed": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Removed, b.Copied, b.Equal = 3, 5, 12340 })},
			want:    "DONE: mirror offsite: 1 bucket, 12,345 objects (1.0 MiB) proven equal at https://dst:9000, 5 copied, 3 removed",
		},
		"a dry run": {
			dryRun:  true,
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Planned, b.PlannedBytes = 1, 2048 })},
			want:    "DONE: mirror offsite: dry run over 1 bucket, 12,345 objects (1.0 MiB): 1 object (2.0 KiB) would be copied to https://dst:9000, nothing was written",
		},
		"a dry run that would remove": {
			dryRun:  true,
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.PlannedRemovals = 2 })},
			want:    "DONE: mirror offsite: dry run over 1 bucket, 12,345 objects (1.0 MiB): 0 objects (0 B) would be copied to https://dst:9000 and 2 objects removed there, nothing was written",
		},
		"a comparison of content": {
			kind: "verify", contentOnly: true,
			buckets: []mirror.BucketReport{whole("a", 1)},
			want:    "DONE: mirror offsite: 1 bucket, 1 object (1.0 MiB) proven to have the same content at https://dst:9000",
		},
		"objects failed": {
			buckets: []mirror.BucketReport{whole("a", 1), troubled(func(b *mirror.BucketReport) {
				b.Complete, b.Errors = false, some(3, mirror.Failure{Key: "x", Error: `mirror "x": read: slow down`})
			}), troubled(func(b *mirror.BucketReport) { b.Complete = false })},
			want: `PARTIAL: mirror offsite: 3 of 12,345 objects of bucket ilum-data failed, the first with: mirror "x": read: slow down, and 1 bucket more: see the report; running it again copies what is missing`,
			code: cli.Partial,
		},
		"a bucket that is not complete": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Complete = false })},
			want:    "PARTIAL: mirror offsite: bucket ilum-data is not complete: see the report; running it again copies what is missing",
			code:    cli.Partial,
		},
		"keys that the destination cannot hold": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Differences = some(2, missing("a/"), missing("b/")) })},
			want:    `PARTIAL: mirror offsite: 2 of 12,345 objects of bucket ilum-data are missing at https://dst:9000, the first is "a/": see the report`,
			code:    cli.Partial,
		},
		"a guard": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) {
				b.Complete, b.Refused, b.Guard = false, "it is too much", mirror.GuardAllowance
			})},
			want: "REFUSED: mirror offsite: bucket ilum-data: it is too much: if that is meant, raise remove.maxPercent of the mirror for one run",
			code: cli.Refused,
		},
		"two guards": {
			buckets: []mirror.BucketReport{
				troubled(func(b *mirror.BucketReport) { b.Complete, b.Refused, b.Guard = false, "another run", mirror.GuardLock }),
				troubled(func(b *mirror.BucketReport) {
					b.Complete, b.Refused, b.Guard = false, "a copy of x", mirror.GuardOrigin
				}),
				troubled(func(b *mirror.BucketReport) { b.Complete, b.Refused, b.Guard = false, "another run", mirror.GuardLock }),
			},
			want: "REFUSED: mirror offsite: bucket ilum-data: another run; bucket ilum-data: a copy of x; bucket ilum-data: another run: " +
				"run it again when that has ended; if that is meant, adopt it",
			code: cli.Refused,
		},
		"a lock that was lost": {
			ended:   fmt.Errorf("mirror interrupted: %w: that of a", lease.ErrLost),
			buckets: []mirror.BucketReport{whole("a", 3)},
			want:    "PARTIAL: mirror offsite: 1 bucket complete and 3 objects proven: mirror interrupted: lock lost: that of a: the next run continues",
			code:    cli.Partial,
		},
		"no place for the state": {
			ended: fmt.Errorf("%w: denied", mirror.ErrState),
			want: "FAILED: mirror offsite: no place for the state of the run: denied " +
				"(credentials: source from Secret src; destination from web identity, role arn:aws:iam::1:role/backup)",
			code: cli.Failure,
		},
		"the same store twice": {
			refused: "source and destination are the same store, https://dst:9000",
			want:    "REFUSED: mirror offsite: source and destination are the same store, https://dst:9000",
			code:    cli.Refused,
		},
		"differences of one kind": {
			kind:    "verify",
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Differences = some(3, missing("k1"), missing("k2"), missing("k3")) })},
			want:    `DIFFERENT: mirror offsite: 3 of 12,345 objects of bucket ilum-data are missing at https://dst:9000, the first is "k1": see the report`,
			code:    cli.Differences,
		},
		"differences of several kinds": {
			kind: "verify",
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) {
				b.Differences = some(2, missing("k1"), mirror.Difference{Key: "k2", Kind: mirror.DiffContent})
			})},
			want: `DIFFERENT: mirror offsite: 2 of 12,345 objects of bucket ilum-data are not the same at https://dst:9000, the first is "k1": see the report`,
			code: cli.Differences,
		},
		"a bucket that the destination lacks": {
			kind:    "verify",
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) { b.Differences = some(12346, missing(""), missing("k1")) })},
			want:    "DIFFERENT: mirror offsite: bucket ilum-data is missing at https://dst:9000: see the report",
			code:    cli.Differences,
		},
		"a setting that the destination cannot hold": {
			buckets: []mirror.BucketReport{troubled(func(b *mirror.BucketReport) {
				b.Differences = some(1, mirror.Difference{Kind: mirror.DiffSetting, Detail: "cors cannot be held there: not implemented"})
			})},
			want: "PARTIAL: mirror offsite: bucket ilum-data: cors cannot be held there: not implemented: see the report",
			code: cli.Partial,
		},
		"nothing could be read": {
			buckets: []mirror.BucketReport{{Bucket: "a", Errors: some(1, mirror.Failure{Error: "list bucket \"a\":\nAccess Denied."})}},
			want:    `FAILED: mirror offsite: list bucket "a": Access Denied. (credentials: source from Secret src; destination from web identity, role arn:aws:iam::1:role/backup)`,
			code:    cli.Failure,
		},
		"no bucket exists": {
			buckets: []mirror.BucketReport{{Bucket: "a", Missing: true, Complete: true}, {Bucket: "b", Missing: true, Complete: true}},
			want:    "FAILED: mirror offsite: http://src:9000 has none of the buckets a, b",
			code:    cli.Failure,
		},
		"there are no buckets at all": {
			want: "FAILED: mirror offsite: http://src:9000 has no buckets",
			code: cli.Failure,
		},
		"options that cannot be": {
			ended: errors.New("mirror options: remove.trash: must say how long removed objects are kept"),
			want:  "FAILED: mirror offsite: mirror options: remove.trash: must say how long removed objects are kept",
			code:  cli.Failure,
		},
		"a signal": {
			ended:   interrupted,
			buckets: []mirror.BucketReport{whole("a", 3), troubled(func(b *mirror.BucketReport) { b.Complete, b.Equal, b.Copied = false, 10, 2 })},
			want:    "INTERRUPTED: mirror offsite: 1 bucket complete and 15 objects proven: run it again to continue",
			code:    cli.Interrupted,
		},
		"the deadline": {
			ended:   fmt.Errorf("mirror interrupted: %w", ErrDeadline),
			buckets: []mirror.BucketReport{whole("a", 3)},
			want:    "PARTIAL: mirror offsite: 1 bucket complete and 3 objects proven after the deadline of 20m: the next run continues; a higher deadline lets one run do it all",
			code:    cli.Partial,
		},
	}
	j := Job{
		Name: "mirror offsite", Deadline: config.Duration(20 * time.Minute), Allow: "raise remove.maxPercent of the mirror for one run",
		Adopt: "adopt it", SourceKeys: "Secret src", DestinationKeys: "web identity, role arn:aws:iam::1:role/backup",
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := mirror.Report{
				Kind: "mirror", Source: "http://src:9000", Destination: "https://dst:9000", DryRun: test.dryRun,
				Refused: test.refused, Interrupted: errors.Is(test.ended, context.Canceled), Complete: true, Buckets: test.buckets,
			}
			if test.kind != "" {
				report.Kind = test.kind
			}
			for _, b := range test.buckets {
				report.Complete = report.Complete && b.Complete
				report.Totals = sum(report.Totals, b.Counts)
			}
			j := j
			j.Options.IgnoreMetadata = test.contentOnly
			got := Judge(j, report, test.ended)
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if got.Kind != test.code {
				t.Errorf("exit code %d, want %d", got.Kind, test.code)
			}
		})
	}
}

func sum(a, b mirror.Counts) mirror.Counts {
	return mirror.Counts{
		Source: a.Source + b.Source, SourceBytes: a.SourceBytes + b.SourceBytes, Equal: a.Equal + b.Equal, Copied: a.Copied + b.Copied,
		Planned: a.Planned + b.Planned, PlannedBytes: a.PlannedBytes + b.PlannedBytes, Removed: a.Removed + b.Removed,
		PlannedRemovals: a.PlannedRemovals + b.PlannedRemovals, Vanished: a.Vanished + b.Vanished,
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	report := Result{Report: mirror.Report{Buckets: []mirror.BucketReport{
		troubled(func(b *mirror.BucketReport) {
			b.Copied, b.Proofs = 12340, map[mirror.Proof]int64{mirror.ProofMD5: 12340, mirror.ProofETag: 5}
		}),
		{Bucket: "ilum-kestra", Missing: true, Complete: true},
		troubled(func(b *mirror.BucketReport) { b.Refused = "too much" }),
		troubled(func(b *mirror.BucketReport) { b.Differences = some(2, missing("a"), missing("b")) }),
		troubled(func(b *mirror.BucketReport) { b.Errors = some(1, mirror.Failure{Key: "a"}) }),
		troubled(func(b *mirror.BucketReport) { b.Complete = false }),
		troubled(func(b *mirror.BucketReport) { b.Planned = 7 }),
		troubled(func(b *mirror.BucketReport) { b.PlannedRemovals = 2 }),
	}}}
	want := cli.Table{
		Header: []string{"BUCKET", "OBJECTS", "SIZE", "COPIED", "PROOF", "RESULT"},
		Rows: [][]string{
			{"ilum-data", "12,345", "1.0 MiB", "12,340", "5 etag, 12,340 md5", "equal"},
			{"ilum-kestra", "0", "0 B", "0", "", "not at the source"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "refused"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "2 differ"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "1 failed"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "unfinished"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "7 to copy"},
			{"ilum-data", "12,345", "1.0 MiB", "0", "", "0 to copy, 2 to remove"},
		},
	}
	if diff := cmp.Diff(want, report.Table()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
