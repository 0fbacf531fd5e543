package mirror_test

import (
	"crypto/md5"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

const bucket = "cargo"

// world is a source and a destination in memory, and a clock that costs no time.
type world struct {
	*testing.T
	src, dst *memory.Store
}

// inWorld runs a test in a world whose source has an empty bucket.
func inWorld(t *testing.T, src, dst memory.Quirks, f func(w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := world{T: t, src: memory.New("mem://source:1", src), dst: memory.New("mem://destination:1", dst)}
		w.make(w.src)
		f(w)
	})
}

func (w world) make(s mirror.Store) {
	w.Helper()
	if err := s.CreateBucket(w.Context(), bucket, mirror.BucketRequest{}); err != nil {
		w.Fatal(err)
	}
}

// put writes objects, and lets a second go by so that what comes later is newer.
func (w world) put(s mirror.Store, objects map[string]string) {
	w.Helper()
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		w.write(s, key, objects[key], mirror.Attributes{})
	}
}

func (w world) write(s mirror.Store, key, content string, attrs mirror.Attributes) {
	w.Helper()
	req := mirror.PutRequest{
		Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content)), Attributes: attrs,
	}
	if _, err := s.Put(w.Context(), bucket, key, req); err != nil {
		w.Fatal(err)
	}
	time.Sleep(time.Second)
}

// parts writes an object in parts.
func (w world) parts(s mirror.Store, key string, parts ...string) mirror.ETag {
	w.Helper()
	up, err := s.Upload(w.Context(), bucket, key, mirror.UploadRequest{})
	if err != nil {
		w.Fatal(err)
	}
	for i, part := range parts {
		if _, err := up.Part(w.Context(), i+1, strings.NewReader(part), int64(len(part))); err != nil {
			w.Fatal(err)
		}
	}
	etag, err := up.Complete(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	time.Sleep(time.Second)

	return etag
}

// content returns all objects of a bucket.
func (w world) content(s mirror.Reader, bucket string) map[string]string {
	w.Helper()
	objects := map[string]string{}
	for cursor, more := (mirror.Cursor{}), true; more; {
		page, err := s.List(w.Context(), bucket, cursor)
		if err != nil {
			w.Fatal(err)
		}
		for _, entry := range page.Entries {
			objects[entry.Key] = w.read(s, bucket, entry.Key)
		}
		cursor, more = mirror.Cursor{Token: page.Next}, page.Truncated
	}

	return objects
}

func (w world) read(s mirror.Reader, bucket, key string) string {
	w.Helper()
	_, body, err := s.Get(w.Context(), bucket, key, mirror.Selection{})
	if err != nil {
		w.Fatal(err)
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err != nil {
		w.Fatal(err)
	}

	return string(content)
}

func (w world) stat(s mirror.Reader, key string) mirror.Object {
	w.Helper()
	obj, err := s.Stat(w.Context(), bucket, key)
	if err != nil {
		w.Fatal(err)
	}

	return obj
}

// options deals with the bucket of the test.
func options() mirror.Options {
	return mirror.Options{Buckets: []string{bucket}, CreateBuckets: true}
}

// run mirrors and demands an outcome.
func (w world) run(src mirror.Reader, dst mirror.Store, opts mirror.Options, want mirror.Outcome) mirror.Report {
	w.Helper()
	rep, err := mirror.Run(w.Context(), src, dst, opts)
	if err != nil {
		w.Fatal(err)
	}
	w.outcome(rep, want)

	return rep
}

// verify compares and demands an outcome.
func (w world) verify(src, dst mirror.Reader, opts mirror.Options, want mirror.Outcome) mirror.Report {
	w.Helper()
	rep, err := mirror.Verify(w.Context(), src, dst, opts)
	if err != nil {
		w.Fatal(err)
	}
	w.outcome(rep, want)

	return rep
}

func (w world) outcome(rep mirror.Report, want mirror.Outcome) {
	w.Helper()
	if got := rep.Outcome(); got != want {
		w.Fatalf("outcome is %s, want %s: %+v", got, want, rep)
	}
}

// equal demands that two values are.
func (w world) equal(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// first returns the first difference or error of a report as "kind: detail".
func first(rep mirror.Report) string {
	for _, b := range rep.Buckets {
		for _, failure := range b.Errors.First {
			return "error: " + failure.Error
		}
		for _, difference := range b.Differences.First {
			return string(difference.Kind) + ": " + difference.Detail
		}
	}

	return ""
}

// says demands a text of a message.
func (w world) says(message, want string) {
	w.Helper()
	if !strings.Contains(message, want) {
		w.Errorf("got %q, want something with %q", message, want)
	}
}

// copyOf returns another store with the objects of one.
func (w world) copyOf(s mirror.Reader) *memory.Store {
	w.Helper()
	other := memory.New("mem://other:1", memory.Quirks{})
	rep, err := mirror.Run(w.Context(), s, other, options())
	if err != nil {
		w.Fatal(err)
	}
	w.outcome(rep, mirror.OutcomeDone)

	return other
}
