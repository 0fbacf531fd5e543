package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

func TestMigrateToAnotherServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), cargo.Objects())
	to := "--destination=" + w.destination.Endpoint

	e := w.migrate(0, "--dry-run")
	w.ends(e, "DONE: migration from minio to rustfs: dry run over 7 buckets, 332 objects (18 MiB): 332 objects (18 MiB) would be copied to DST, nothing was written")
	if held := w.keys(w.destination); len(held) != 0 {
		t.Errorf("after a dry run the destination has %v", held)
	}

	e = w.migrate(0)
	w.ends(e, "DONE: migration from minio to rustfs: 7 buckets, 332 objects (18 MiB) proven equal at DST, 332 copied")
	w.shows(e, "BUCKET", "ilum-data", "1 composite-md5, 60 md5")
	if diff := cmp.Diff(w.keys(w.source), w.data(w.destination)); diff != "" {
		t.Errorf("objects per bucket (-source +destination):\n%s", diff)
	}
	w.ends(w.migrate(0), "DONE: migration from minio to rustfs: 7 buckets, 332 objects (18 MiB) proven equal at DST, 0 copied")
	w.ends(w.verify(0, to), "DONE: migration from minio to rustfs: 7 buckets, 332 objects (18 MiB) proven equal at DST")

	w.remove(w.destination, "ilum-kestra", "main/flows/nightly/executions/007/log.txt.gz")
	w.overwrite(w.destination, "ilum-files", "日本語/報告.csv", string(make([]byte, 2000)))
	e = w.verify(3, to)
	w.ends(e, `DIFFERENT: migration from minio to rustfs: 1 of 10 objects of bucket ilum-files have other content at DST, the first is "日本語/報告.csv", and 1 bucket more: see the report`)
	w.shows(e, `bucket=ilum-kestra key=main/flows/nightly/executions/007/log.txt.gz kind=missing`, `key=日本語/報告.csv kind=content`)

	if held := w.keys(w.destination)["ferry-state"]; held == 0 {
		t.Error("the target does not know where its buckets come from")
	}

	e = w.migrate(5)
	w.ends(e, `PARTIAL: migration from minio to rustfs: 1 of 10 objects of bucket ilum-files have other content at DST, the first is "日本語/報告.csv": see the report`)
	w.shows(e, "left alone: the destination is newer")
	if held := w.keys(w.destination)["ilum-kestra"]; held != 50 {
		t.Errorf("bucket ilum-kestra has %d objects at the destination, want 50", held)
	}
}

// TestMigrateLeavesBehind: what the target cannot hold keeps the first pass from being done, unless that is
// accepted.
func TestMigrateLeavesBehind(t *testing.T) {
	t.Parallel()
	url, err := quirky.New(quirky.Config{}).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	source := testworld.S3{Endpoint: url, Region: "us-east-1", AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey}
	w := newWorld(t, source, testworld.StartVersityGW(t), cargo.Objects())
	w.overwrite(w.source, "ilum-files", "inside", "object")
	w.overwrite(w.source, "ilum-files", "inside/of", "object in an object")
	w.shows(w.migrate(5), "PARTIAL", "kind=missing", "cannot hold this key beside")
	text, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	accepting := strings.Replace(string(text), "to: rustfs}", "to: rustfs, accept: [nested-keys]}", 1)
	if err := os.WriteFile(w.config, []byte(accepting), 0o600); err != nil {
		t.Fatal(err)
	}
	w.shows(w.migrate(0), "DONE: ", "cannot hold this key beside", "; what spec.migration.accept names is left behind")
}

func TestMigrateTakesBucketsBesideTheDefaultOnes(t *testing.T) {
	t.Parallel()
	objects := []cargo.Object{{Bucket: "ilum-files", Key: "a", Size: 3}, {Bucket: "own", Key: "b", Size: 3}, {Bucket: "ferry-state", Key: "c", Size: 3}}
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartMinIO(t), objects)
	e := w.migrate(0, "-o", "json")
	w.ends(e, "DONE: migration from minio to rustfs: 2 buckets, 2 objects (6 B) proven equal at DST, 2 copied; "+
		"the source does not have ilum-data, ilum-ducklake, ilum-kestra, ilum-langfuse, ilum-mlflow, ilum-tables")
	if diff := cmp.Diff(map[string]int{"ilum-files": 1, "own": 1}, w.data(w.destination)); diff != "" {
		t.Errorf("objects per bucket of the destination (-want +got):\n%s", diff)
	}
	report := w.reportOf(e)
	if report.Verdict != e.verdict() || report.Name != "migration from minio to rustfs" || len(report.Buckets) != 8 {
		t.Errorf("the report says %+v", report)
	}
}

// TestMigrateIntoAStrangersBucket refuses the first pass into a bucket that somebody else uses; taking it
// over has to be said. On the way back the store holds what has come from it: it is no stranger's.
func TestMigrateIntoAStrangersBucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), []cargo.Object{{Bucket: "ilum-files", Key: "a", Size: 3}})
	if err := cargo.Load(t.Context(), w.client(w.destination), []cargo.Object{{Bucket: "ilum-files", Key: "theirs", Size: 3}}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a refusal marks nothing
		w.ends(w.migrate(4), `REFUSED: migration from minio to rustfs: bucket ilum-files: 1 of the 1 objects at the destination are not those of the source ("theirs"), `+
			"and no run has copied it here before: if that is meant, empty these buckets, or migrate to another store; "+
			"if what they hold may go to the trash, run ferry-hook migrate once with --adopt")
	}
	if diff := cmp.Diff(map[string]int{"ilum-files": 1}, w.data(w.destination)); diff != "" {
		t.Errorf("objects per bucket of the destination (-want +got):\n%s", diff)
	}
	w.migrate(0, "--adopt")
	w.migrate(0)

	w.overwrite(w.destination, "ilum-files", "new", "written since")
	w.remove(w.destination, "ilum-files", "a")
	w.source, w.destination = w.destination, w.source
	w.with(map[string]string{
		"FERRY_SOURCE_ACCESS_KEY": w.source.AccessKey, "FERRY_SOURCE_SECRET_KEY": w.source.SecretKey,
		"FERRY_DESTINATION_ACCESS_KEY": w.destination.AccessKey, "FERRY_DESTINATION_SECRET_KEY": w.destination.SecretKey,
	}).migrate(0)
}

func TestMigrateFromAStoreWithoutBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), nil)
	e := w.migrate(1)
	w.ends(e, "FAILED: migration from minio to rustfs: SRC has none of the buckets ilum-data, ilum-ducklake, ilum-files, ilum-kestra, "+
		"ilum-langfuse, ilum-mlflow, ilum-tables")
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), cargo.Objects()[:3])
	for name, test := range map[string]struct{ variable, migrate, mirror string }{
		"source": {
			"FERRY_SOURCE_SECRET_KEY",
			"list the buckets of SRC with the credentials in the Secret of minio: ",
			"FAILED: mirror offsite: read bucket \"ilum-files\" of SRC: ",
		},
		"destination": {
			"FERRY_DESTINATION_SECRET_KEY",
			"FAILED: migration from minio to rustfs: no place for the state of the run: bucket \"ferry-state\": ",
			"FAILED: mirror offsite: no place for the state of the run: bucket \"ferry-state\": ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.with(map[string]string{test.variable: "this-is-not-the-secret"})
			w.T = t
			w.shows(w.migrate(1), w.fill(test.migrate), "(SignatureDoesNotMatch)")
			w.shows(w.mirror(1), w.fill(test.mirror), "(SignatureDoesNotMatch)",
				"(credentials: source from Secret ilum-objectstorage-credentials; destination from Secret ilum-backup)")
			if held := w.data(w.destination); len(held) != 0 {
				t.Errorf("the destination has %v", held)
			}
		})
	}
}
