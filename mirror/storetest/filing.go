package storetest

import (
	"crypto/md5"
	"errors"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// filing demands that objects have the time that was asked for, or that of the write.
func (s *suite) filing() {
	asked := mirror.Filing{Modified: time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC), StorageClass: "STANDARD"}
	s.filed("put", func(f mirror.Filing) error { return s.file("put", f) }, asked)
	s.filed("parts", func(f mirror.Filing) error {
		up, err := s.Upload(s.Context(), s.bucket, "parts", mirror.UploadRequest{Filing: f})
		if err != nil {
			return err
		}
		if _, err := up.Part(s.Context(), 1, strings.NewReader("part"), 4); err != nil {
			return err
		}
		if up, _, err = s.Resume(s.Context(), s.bucket, "parts", up.ID(), f); err == nil {
			_, err = up.Complete(s.Context())
		}

		return err
	}, asked)
}

// filed writes an object with a filing, or without one where the store refuses it, and
// looks at its time.
func (s *suite) filed(key string, write func(mirror.Filing) error, asked mirror.Filing) {
	err := write(asked)
	if errors.Is(err, mirror.ErrFilingRefused) {
		asked = mirror.Filing{}
		err = write(asked)
	}
	if err != nil {
		s.Fatalf("%s: %v", key, err)
	}
	obj, err := s.Stat(s.Context(), s.bucket, key)
	if err != nil {
		s.Fatal(err)
	}
	if kept := obj.Modified.Equal(asked.Modified); kept == s.lacks.Times {
		s.Errorf("%s: asked for %v, got %v", key, asked.Modified, obj.Modified)
	}
}

func (s *suite) file(key string, f mirror.Filing) error {
	_, err := s.Put(s.Context(), s.bucket, key, mirror.PutRequest{
		Body: strings.NewReader("content"), Size: 7, MD5: md5.Sum([]byte("content")), Filing: f,
	})

	return err
}

// unknownClass demands that a storage class that there is not is refused as what it is,
// or left out.
func (s *suite) unknownClass() {
	if err := s.file("k", mirror.Filing{StorageClass: "UNDER_THE_BED"}); err != nil {
		s.fails(err, mirror.ErrFilingRefused)
	}
}

// writeIfAbsent demands that a write where nothing should be replaces nothing.
func (s *suite) writeIfAbsent() {
	if _, err := s.Put(s.Context(), s.bucket, "k", conditional("one", true, "")); err != nil {
		s.Fatal(err)
	}
	_, err := s.Put(s.Context(), s.bucket, "k", conditional("two", true, ""))
	s.condition(err, "one", "two")
}

// writeIfMatch demands that a write over a tag replaces nothing else.
func (s *suite) writeIfMatch() {
	old := s.put("k", "one", mirror.Attributes{})
	if _, err := s.Put(s.Context(), s.bucket, "k", conditional("two", false, old)); err != nil {
		s.Fatal(err)
	}
	_, err := s.Put(s.Context(), s.bucket, "k", conditional("three", false, old))
	s.condition(err, "two", "three")
	if s.lacks.Conditions {
		return
	}
	_, err = s.Put(s.Context(), s.bucket, "missing", conditional("four", false, old))
	s.fails(err, mirror.ErrChanged)
	s.absent("missing")
}

// condition looks at a write that had to fail.
func (s *suite) condition(err error, before, after string) {
	s.Helper()
	want := before
	if s.lacks.Conditions {
		want = after
	} else {
		s.fails(err, mirror.ErrChanged)
	}
	if _, got := s.get("k", mirror.Selection{}); got != want {
		s.Errorf("the object is %q, want %q", got, want)
	}
}

func conditional(content string, absent bool, match mirror.ETag) mirror.PutRequest {
	return mirror.PutRequest{
		Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content)),
		IfAbsent: absent, IfMatch: match,
	}
}
