package storetest

import (
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
)

func (s *suite) emptyObject() {
	s.put("empty", "", mirror.Attributes{})
	if obj, got := s.get("empty", mirror.Selection{}); got != "" || obj.Size != 0 {
		s.Errorf("got %q of %d bytes", got, obj.Size)
	}
}

func (s *suite) wrongDigest() {
	_, err := s.Put(s.Context(), s.bucket, "k", mirror.PutRequest{
		Body: strings.NewReader("content"), Size: 7, MD5: md5.Sum([]byte("something else")),
	})
	s.fails(err, mirror.ErrDigest)
	s.absent("k")
}

func (s *suite) shortBody() {
	_, err := s.Put(s.Context(), s.bucket, "k", mirror.PutRequest{
		Body: strings.NewReader("short"), Size: 7, MD5: md5.Sum([]byte("shorter")),
	})
	if err == nil {
		s.Error("a short body was taken")
	}
	s.absent("k")
}

func (s *suite) failingBody() {
	whole := content(100_001)
	_, err := s.Put(s.Context(), s.bucket, "k", mirror.PutRequest{
		Body: io.MultiReader(strings.NewReader(whole[:100_000]), failing{errors.New("broken")}),
		Size: int64(len(whole)), MD5: md5.Sum([]byte(whole)),
	})
	if err == nil {
		s.Error("a failing body was taken")
	}
	s.absent("k")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

const partSize = 5 << 20

func (s *suite) upload(key string, attrs mirror.Attributes, parts ...string) mirror.ETag {
	s.Helper()
	up, err := s.Upload(s.Context(), s.bucket, key, mirror.UploadRequest{Attributes: attrs})
	if err != nil {
		s.Fatal(err)
	}
	for i, part := range parts {
		etag, err := up.Part(s.Context(), i+1, strings.NewReader(part), int64(len(part)))
		if err != nil {
			s.Fatal(err)
		}
		if sum := md5.Sum([]byte(part)); etag != mirror.ETag(fmt.Sprintf("%x", sum)) {
			s.Errorf("part %d has ETag %s, want %x", i+1, etag, sum)
		}
	}
	etag, err := up.Complete(s.Context())
	if err != nil {
		s.Fatal(err)
	}

	return etag
}

func (s *suite) parts() {
	attrs := mirror.Attributes{
		Headers:  map[string]string{"content-type": "text/plain"},
		Metadata: map[string]string{"port": "Kiel"},
		Tags:     map[string]string{"deck": "2"},
	}
	want := []string{content(partSize), content(partSize + 1), "tail"}
	etag := s.upload("k", attrs, want...)
	var sums []byte
	for _, part := range want {
		sum := md5.Sum([]byte(part))
		sums = append(sums, sum[:]...)
	}
	s.same("ETag", etag, mirror.ETag(fmt.Sprintf("%x-3", md5.Sum(sums))))
	obj, err := s.Stat(s.Context(), s.bucket, "k")
	if err != nil {
		s.Fatal(err)
	}
	s.same("attributes", obj.Attributes, attrs)
	if s.lacks.Parts {
		obj, got := s.get("k", mirror.Selection{Part: 2})
		if obj.Ranged || got != strings.Join(want, "") {
			s.Errorf("asked for a part, got %d bytes, ranged %v", len(got), obj.Ranged)
		}

		return
	}
	offset := int64(0)
	for i, part := range want {
		obj, got := s.get("k", mirror.Selection{IfMatch: etag, Part: i + 1})
		if got != part || !obj.Ranged || obj.Offset != offset || obj.Size != 2*partSize+5 {
			s.Errorf("part %d: ranged %v, %d bytes at %d of %d", i+1, obj.Ranged, len(got), obj.Offset, obj.Size)
		}
		offset += int64(len(part))
	}
}

func (s *suite) onePart() {
	etag := s.upload("k", mirror.Attributes{}, "only")
	if etag.Parts() != 1 {
		s.Errorf("ETag is %s", etag)
	}
	if _, got := s.get("k", mirror.Selection{Part: 1}); got != "only" {
		s.Errorf("read %q", got)
	}
}

func (s *suite) abort() {
	up, err := s.Upload(s.Context(), s.bucket, "k", mirror.UploadRequest{})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := up.Part(s.Context(), 1, strings.NewReader("part"), 4); err != nil {
		s.Fatal(err)
	}
	if err := up.Abort(s.Context()); err != nil {
		s.Error(err)
	}
	if _, err := up.Complete(s.Context()); err == nil {
		s.Error("an aborted upload was completed")
	}
	s.absent("k")
}

func (s *suite) hidden() {
	up, err := s.Upload(s.Context(), s.bucket, "k", mirror.UploadRequest{})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := up.Part(s.Context(), 1, strings.NewReader("part"), 4); err != nil {
		s.Fatal(err)
	}
	s.absent("k")
	s.same("keys", s.listed(mirror.Cursor{}), []string{})
}

func (s *suite) remove() {
	s.put("k", "content", mirror.Attributes{})
	for range 2 {
		if err := s.Remove(s.Context(), s.bucket, "k"); err != nil {
			s.Error(err)
		}
	}
	s.absent("k")
}
