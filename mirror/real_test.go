package mirror_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

func dial(t *testing.T, server testworld.S3) *s3http.Store {
	t.Helper()
	store, err := s3http.Open(s3.Endpoint{
		URL: server.Endpoint, Region: server.Region,
		AccessKey: server.AccessKey, SecretKey: s3.Secret(server.SecretKey),
	})
	if err != nil {
		t.Fatal(err)
	}

	return store
}

// Between real servers of two makes, in both directions, every object arrives whole
// and proven, or is named in the report.
func TestRealServers(t *testing.T) {
	minio, versity := dial(t, testworld.StartMinIO(t)), dial(t, testworld.StartVersityGW(t))
	for name, test := range map[string]struct {
		src, dst *s3http.Store
		bucket   string
	}{
		"MinIO to versitygw": {minio, versity, "from-minio"},
		"versitygw to MinIO": {versity, minio, "from-versity"},
	} {
		t.Run(name, func(t *testing.T) {
			(&servers{T: t, src: test.src, dst: test.dst, bucket: test.bucket}).mirrored()
		})
	}
	t.Run("MinIO to MinIO", func(t *testing.T) {
		testworld.Wide(t, "TestMirrorToTheSameServer of ferry-hook")
		(&servers{T: t, src: minio, dst: dial(t, testworld.StartMinIO(t)), bucket: "between-minios"}).mirrored()
	})
}

// servers is a pair of real stores.
type servers struct {
	*testing.T
	src, dst *s3http.Store
	bucket   string
	held     []string // the delicate keys that the source could hold
}

func (r *servers) mirrored() {
	r.fill()
	r.interrupted()
	r.complete()
	r.steady()
	r.changed()
}

func (r *servers) options() mirror.Options {
	return mirror.Options{Buckets: []string{r.bucket}, CreateBuckets: true}
}

func (r *servers) put(key, content string, attrs mirror.Attributes) error {
	_, err := r.src.Put(r.Context(), r.bucket, key, mirror.PutRequest{
		Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content)), Attributes: attrs,
	})

	return err
}

// fill puts into the source whatever it can hold.
func (r *servers) fill() {
	r.Helper()
	if err := r.src.CreateBucket(r.Context(), r.bucket, mirror.BucketRequest{}); err != nil {
		r.Fatal(err)
	}
	attrs := rich
	attrs.Headers = maps.Clone(rich.Headers)
	attrs.Headers["expires"] = "Thu, 01 Dec 1994 16:00:00 GMT"
	for i := range 60 {
		if err := r.put(fmt.Sprintf("data/part-%02d", i), strings.Repeat("x", i*1000), attrs); err != nil {
			r.Fatal(err)
		}
	}
	up, err := r.src.Upload(r.Context(), r.bucket, "large", mirror.UploadRequest{Attributes: attrs})
	if err != nil {
		r.Fatal(err)
	}
	for i, size := range []int{5 << 20, 6 << 20, 1} {
		if _, err := up.Part(r.Context(), i+1, strings.NewReader(strings.Repeat("y", size)), int64(size)); err != nil {
			r.Fatal(err)
		}
	}
	if _, err := up.Complete(r.Context()); err != nil {
		r.Fatal(err)
	}
	for _, key := range storetest.Keys() {
		if err := r.put(key, "content of "+key, mirror.Attributes{}); err != nil {
			continue
		}
		page, err := r.src.List(r.Context(), r.bucket, mirror.Cursor{Prefix: key})
		if err != nil {
			r.Fatal(err)
		}
		if len(page.Entries) > 0 && page.Entries[0].Key == key {
			r.held = append(r.held, key)
		} else if err := r.src.Remove(r.Context(), r.bucket, key); err != nil {
			r.Fatal(err)
		}
	}
}

// interrupted stops a run in the middle.
func (r *servers) interrupted() {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	opts := r.options()
	copied := 0
	opts.Progress = func(mirror.Event) {
		if copied++; copied == 20 {
			cancel()
		}
	}
	rep, err := mirror.Run(ctx, r.src, r.dst, opts)
	if !errors.Is(err, context.Canceled) || rep.Outcome() != mirror.OutcomePartial || rep.Totals.Copied == 0 {
		r.Fatalf("interrupted run: %v, %+v", err, rep)
	}
}

// complete finishes the copy and accounts for every key.
func (r *servers) complete() {
	rep, err := mirror.Run(r.Context(), r.src, r.dst, r.options())
	if err != nil {
		r.Fatal(err)
	}
	b := rep.Buckets[0]
	if !rep.Complete || b.Errors.Total > 0 {
		r.Fatalf("not complete: %+v", b)
	}
	if b.Proofs[mirror.ProofComposite] != 1 {
		r.Errorf("the large object was not copied part by part: %v", b.Proofs)
	}
	refused := map[string]bool{}
	for _, difference := range b.Differences.First {
		r.Logf("%s: %q: %s", difference.Kind, difference.Key, difference.Detail)
		if difference.Kind != mirror.DiffMissing {
			r.Errorf("%q: %s: %s", difference.Key, difference.Kind, difference.Detail)
		}
		refused[difference.Key] = true
	}
	if int64(len(refused)) != b.KeysRefused {
		r.Errorf("%d keys refused, %d named", b.KeysRefused, len(refused))
	}
	src, dst := r.listing(r.src), r.listing(r.dst)
	for key, entry := range src {
		if refused[key] {
			continue
		}
		if got := dst[key]; got.Size != entry.Size || got.ETag != entry.ETag {
			r.Errorf("%q is %+v at the destination, %+v at the source", key, got, entry)
		}
		delete(dst, key)
	}
	if len(dst) > 0 {
		r.Errorf("the destination has more: %v", slices.Collect(maps.Keys(dst)))
	}
	for _, key := range r.held {
		if refused[key] || strings.HasSuffix(key, "/") {
			continue
		}
		if got := (world{T: r.T}).read(r.dst, r.bucket, key); got != "content of "+key {
			r.Errorf("%q holds %q", key, got)
		}
	}
	if got, want := (world{T: r.T}).read(r.dst, r.bucket, "large"), 11<<20+1; len(got) != want {
		r.Errorf("the large object has %d bytes, want %d", len(got), want)
	}
}

// listing returns all entries of the bucket.
func (r *servers) listing(s mirror.Reader) map[string]mirror.Entry {
	r.Helper()
	page, err := s.List(r.Context(), r.bucket, mirror.Cursor{})
	if err != nil {
		r.Fatal(err)
	}
	entries := map[string]mirror.Entry{}
	for _, entry := range page.Entries {
		entries[entry.Key] = entry
	}

	return entries
}

// steady runs again: nothing is copied, and verify finds only what was named.
func (r *servers) steady() {
	rep, err := mirror.Run(r.Context(), r.src, r.dst, r.options())
	if err != nil || rep.Totals.Copied > 0 || !rep.Complete {
		r.Errorf("second run: %v, %+v", err, rep)
	}
	check, err := mirror.Verify(r.Context(), r.src, r.dst, r.options())
	if err != nil || !check.Complete || check.Buckets[0].Differences.Total != rep.Totals.KeysRefused {
		r.Errorf("verify: %v, %+v", err, check)
	}
	if want := check.Totals.Source - rep.Totals.KeysRefused; check.Totals.Equal != want {
		r.Errorf("verify found %d equal objects, want %d", check.Totals.Equal, want)
	}
}

// changed mirrors a change, a deletion and an object that only the destination has.
func (r *servers) changed() {
	if err := r.put("data/part-01", "changed", mirror.Attributes{}); err != nil {
		r.Fatal(err)
	}
	if err := r.src.Remove(r.Context(), r.bucket, "data/part-02"); err != nil {
		r.Fatal(err)
	}
	opts := r.options()
	opts.Exclude = r.held // removals need a run without refused keys
	for i, key := range opts.Exclude {
		opts.Exclude[i] = strings.NewReplacer("*", "?").Replace(key)
	}
	opts.Remove = mirror.Remove{Enabled: true, MaxPercent: 10, Trash: 1 << 50}
	rep, err := mirror.Run(r.Context(), r.src, r.dst, opts)
	if err != nil || rep.Outcome() != mirror.OutcomeDone {
		r.Fatalf("run with a change: %v, %+v", err, rep)
	}
	if rep.Totals.Replaced != 1 || rep.Totals.Removed != 1 || rep.Totals.Trashed != 2 {
		r.Errorf("got %+v", rep.Totals)
	}
	page, err := r.dst.List(r.Context(), mirror.DefaultStateBucket, mirror.Cursor{Prefix: "trash/"})
	if err != nil {
		r.Fatal(err)
	}
	var trashed []string
	for _, entry := range page.Entries {
		if _, key, ok := strings.Cut(entry.Key, "/"+r.bucket+"/"); ok {
			trashed = append(trashed, key)
		}
	}
	if !slices.Equal(trashed, []string{"data/part-01", "data/part-02"}) {
		r.Errorf("the trash holds %q", trashed)
	}
}
