package mirror_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// Memory is flat in the size of an object and in the number of keys.
func TestFlatMemory(t *testing.T) {
	const mebi = 1 << 20
	t.Run("large objects", func(t *testing.T) {
		src := &synthetic{keys: 4, size: 32 * mebi}
		if grown := allocated(t, src); grown > 8*mebi {
			t.Errorf("copying 128 MiB allocated %d MiB", grown/mebi)
		}
	})
	t.Run("many keys", func(t *testing.T) {
		few, many := &synthetic{keys: 2_000}, &synthetic{keys: 100_000}
		allocated(t, few)
		allocated(t, many)
		if many.peak > few.peak+4*mebi {
			t.Errorf("%d keys need %d kB, %d keys need %d kB", few.keys, few.peak/1024, many.keys, many.peak/1024)
		}
	})
}

// allocated returns how many bytes a run allocates.
func allocated(t *testing.T, src *synthetic) uint64 {
	t.Helper()
	sum := md5.New()
	if _, err := io.CopyN(sum, zeros{}, src.size); err != nil {
		t.Fatal(err)
	}
	src.etag = mirror.ETag(hex.EncodeToString(sum.Sum(nil)))
	dst := &synthetic{size: src.size, etag: src.etag, name: "sink"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	opts := options()
	if src.size == 0 { // both sides have all the keys
		dst.keys, dst.modified = src.keys, time.Unix(1, 0)
	}
	rep, err := mirror.Run(t.Context(), src, dst, opts)
	if err != nil || rep.Outcome() != mirror.OutcomeDone {
		t.Fatalf("%v, %+v", err, rep)
	}
	runtime.ReadMemStats(&after)

	return after.TotalAlloc - before.TotalAlloc
}

// synthetic is a store whose objects are zeros and take no memory. What is written
// to it is read and forgotten.
type synthetic struct {
	name     string
	keys     int
	size     int64
	etag     mirror.ETag
	modified time.Time

	mu   sync.Mutex
	peak uint64 // memory in use, as seen now and then
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)

	return len(p), nil
}

func (s *synthetic) Location() string { return "synthetic://" + s.name }

func (s *synthetic) Buckets(context.Context) ([]string, error) { return []string{bucket}, nil }

func (s *synthetic) entry(key string) mirror.Entry {
	return mirror.Entry{Key: key, Size: s.size, ETag: s.etag, Modified: s.modified}
}

func (s *synthetic) Uploads(context.Context, string, string) ([]mirror.Pending, error) {
	return nil, nil
}

func (s *synthetic) List(_ context.Context, _ string, from mirror.Cursor) (mirror.Page, error) {
	first := 0
	if last := from.Token + from.After; last != "" {
		n, err := strconv.Atoi(last)
		if err != nil {
			return mirror.Page{}, err
		}
		first = n + 1
	}
	var page mirror.Page
	for i := first; i < min(first+1000, s.keys); i++ {
		page.Entries = append(page.Entries, s.entry(fmt.Sprintf("%09d", i)))
	}
	if page.Truncated = first+1000 < s.keys; page.Truncated {
		page.Next = page.Entries[len(page.Entries)-1].Key
	}
	if first%10_000 == 0 {
		s.sample()
	}

	return page, nil
}

// sample notes how much memory is in use after a collection.
func (s *synthetic) sample() {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peak = max(s.peak, now.HeapAlloc)
}

func (s *synthetic) Stat(_ context.Context, _, key string) (mirror.Object, error) {
	return mirror.Object{Entry: s.entry(key), Length: s.size}, nil
}

func (s *synthetic) Get(_ context.Context, _, key string, _ mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	return mirror.Object{Entry: s.entry(key), Length: s.size}, io.NopCloser(io.LimitReader(zeros{}, s.size)), nil
}

func (s *synthetic) Tags(context.Context, string, string) (map[string]string, error) { return nil, nil }

func (s *synthetic) Setting(context.Context, string, string) ([]byte, error) {
	return nil, mirror.ErrUnsupported
}

func (s *synthetic) SetSetting(context.Context, string, string, []byte) error {
	return mirror.ErrUnsupported
}

func (s *synthetic) CreateBucket(context.Context, string, mirror.BucketRequest) error { return nil }

func (s *synthetic) Put(_ context.Context, _, _ string, req mirror.PutRequest) (mirror.ETag, error) {
	_, err := io.Copy(io.Discard, req.Body)

	return s.etag, err
}

func (s *synthetic) Upload(context.Context, string, string, mirror.UploadRequest) (mirror.Upload, error) {
	return nil, errDenied
}

func (s *synthetic) HasUpload(context.Context, string, string, string) (bool, error) {
	return false, nil
}

func (s *synthetic) Resume(context.Context, string, string, string, mirror.Filing) (mirror.Upload, []mirror.Part, error) {
	return nil, nil, errDenied
}

func (s *synthetic) Remove(context.Context, string, string) error { return nil }
