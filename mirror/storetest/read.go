package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

func (s *suite) buckets() {
	if err := s.CreateBucket(s.Context(), s.bucket, mirror.BucketRequest{}); err != nil {
		s.Errorf("creating a bucket again: %v", err)
	}
	names, err := s.Buckets(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if !slices.Contains(names, s.bucket) {
		s.Errorf("%q is not among %q", s.bucket, names)
	}
}

func (s *suite) missingBucket() {
	_, err := s.List(s.Context(), "storetest-missing", mirror.Cursor{})
	s.fails(err, mirror.ErrNoBucket)
}

func (s *suite) missingObject() {
	s.absent("missing")
	_, _, err := s.Get(s.Context(), s.bucket, "missing", mirror.Selection{})
	s.fails(err, mirror.ErrNoObject)
}

func (s *suite) listing() {
	before := time.Now().Add(-time.Minute)
	etag := s.put("b", "two", mirror.Attributes{})
	s.put("a", "one", mirror.Attributes{})
	page, err := s.List(s.Context(), s.bucket, mirror.Cursor{})
	if err != nil {
		s.Fatal(err)
	}
	if page.Truncated || len(page.Entries) != 2 {
		s.Fatalf("got %+v, want two entries and the end", page)
	}
	entry := page.Entries[1]
	if entry.Modified.Before(before) || entry.Modified.After(time.Now().Add(time.Minute)) {
		s.Errorf("modified at %v", entry.Modified)
	}
	entry.Modified = time.Time{}
	s.same("entry", entry, mirror.Entry{Key: "b", Size: 3, ETag: etag})
	obj, err := s.Stat(s.Context(), s.bucket, "b")
	if err != nil {
		s.Fatal(err)
	}
	if obj.Size != 3 || obj.ETag != etag || obj.Modified.Before(before) {
		s.Errorf("described as %+v, listed as %+v", obj.Entry, entry)
	}
}

// cursor reads a bucket of more than one page.
func (s *suite) cursor() {
	var want []string
	for i := range 1003 {
		key := fmt.Sprintf("k%04d", i)
		want = append(want, key)
		s.put(key, "", mirror.Attributes{})
	}
	var got []string
	for from := (mirror.Cursor{}); ; {
		page, err := s.List(s.Context(), s.bucket, from)
		if err != nil {
			s.Fatal(err)
		}
		for _, entry := range page.Entries {
			got = append(got, entry.Key)
		}
		if !page.Truncated {
			break
		}
		from.Token = page.Next
	}
	s.same("keys over all pages", got, want)
	s.same("keys behind one", s.listed(mirror.Cursor{After: "k1000"}), []string{"k1001", "k1002"})
	s.same("keys behind the last", s.listed(mirror.Cursor{After: "k1002"}), []string{})
	s.same("keys with a prefix", s.listed(mirror.Cursor{Prefix: "k100"}), []string{"k1000", "k1001", "k1002"})
}

func (s *suite) readUnderTag() {
	old := s.put("k", "old", mirror.Attributes{})
	if _, got := s.get("k", mirror.Selection{IfMatch: old}); got != "old" {
		s.Errorf("read %q", got)
	}
	s.put("k", "newer", mirror.Attributes{})
	_, _, err := s.Get(s.Context(), s.bucket, "k", mirror.Selection{IfMatch: old})
	s.fails(err, mirror.ErrChanged)
}

func (s *suite) ended() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := s.List(ctx, s.bucket, mirror.Cursor{}); err == nil {
		s.Error("a listing under an ended context succeeded")
	}
	if _, err := s.Stat(ctx, s.bucket, "k"); err == nil {
		s.Error("a description under an ended context succeeded")
	}
}
