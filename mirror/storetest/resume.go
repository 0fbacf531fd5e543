package storetest

import (
	"crypto/md5"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/helm-ferry/ferry/mirror"
)

// resume completes an upload that somebody else began.
func (s *suite) resume() {
	attrs := mirror.Attributes{Metadata: map[string]string{"port": "Kiel"}}
	begun, err := s.Upload(s.Context(), s.bucket, "k", mirror.UploadRequest{Attributes: attrs})
	if err != nil {
		s.Fatal(err)
	}
	first, tail := content(partSize), "tail"
	for n, part := range map[int]string{1: first, 3: tail} {
		if _, err := begun.Part(s.Context(), n, strings.NewReader(part), int64(len(part))); err != nil {
			s.Fatal(err)
		}
	}
	up, parts, err := s.Resume(s.Context(), s.bucket, "k", begun.ID(), mirror.Filing{})
	if err != nil {
		s.Fatal(err)
	}
	s.same("parts", parts, []mirror.Part{
		{Number: 1, Size: partSize, ETag: tagOf(first)}, {Number: 3, Size: 4, ETag: tagOf(tail)},
	})
	if up.ID() != begun.ID() {
		s.Errorf("upload %q became %q", begun.ID(), up.ID())
	}
	if _, err := up.Part(s.Context(), 2, strings.NewReader(first), partSize); err != nil {
		s.Fatal(err)
	}
	if _, err := up.Complete(s.Context()); err != nil {
		s.Fatal(err)
	}
	obj, got := s.get("k", mirror.Selection{})
	if got != first+first+tail || obj.Metadata["port"] != "Kiel" {
		s.Errorf("%d bytes with %v", len(got), obj.Metadata)
	}
}

func tagOf(content string) mirror.ETag {
	return mirror.ETag(fmt.Sprintf("%x", md5.Sum([]byte(content))))
}

// resumeNothing takes up what is over, or never was.
func (s *suite) resumeNothing() {
	up, err := s.Upload(s.Context(), s.bucket, "k", mirror.UploadRequest{})
	if err != nil {
		s.Fatal(err)
	}
	if _, parts, err := s.Resume(s.Context(), s.bucket, "k", up.ID(), mirror.Filing{}); err != nil || len(parts) > 0 {
		s.Errorf("an upload that has just begun has parts %v, error %v", parts, err)
	}
	if err := up.Abort(s.Context()); err != nil {
		s.Fatal(err)
	}
	_, _, err = s.Resume(s.Context(), s.bucket, "k", up.ID(), mirror.Filing{})
	s.fails(err, mirror.ErrNoObject)
	if err := up.Abort(s.Context()); err != nil {
		s.Errorf("aborting again: %v", err)
	}
}

// uploads lists what is under way, under a key of its own: not every server lists a folder.
func (s *suite) uploads() {
	up, err := s.Upload(s.Context(), s.bucket, "under/way", mirror.UploadRequest{})
	if err != nil {
		s.Fatal(err)
	}
	pending, err := s.Uploads(s.Context(), s.bucket, "under/way")
	if s.lacks.Uploads {
		return
	}
	if err != nil || len(pending) != 1 || pending[0].Key != "under/way" || pending[0].ID != up.ID() || pending[0].Begun.IsZero() {
		s.Errorf("under way are %+v, error %v, and not only %q", pending, err, up.ID())
	}
	if err := up.Abort(s.Context()); err != nil {
		s.Fatal(err)
	}
	if pending, err = s.Uploads(s.Context(), s.bucket, "under/way"); err != nil || len(pending) != 0 {
		s.Errorf("after an abort %+v are under way, error %v", pending, err)
	}
}

// parallelParts writes parts at the same time, last first, one of them twice.
func (s *suite) parallelParts() {
	up, err := s.Upload(s.Context(), s.bucket, "k", mirror.UploadRequest{})
	if err != nil {
		s.Fatal(err)
	}
	parts := []string{content(partSize), content(partSize + 7), content(partSize), "tail"}
	var all sync.WaitGroup
	for i, part := range slices.Backward(parts) {
		all.Go(func() {
			for range 1 + i%2 {
				if _, err := up.Part(s.Context(), i+1, strings.NewReader(part), int64(len(part))); err != nil {
					s.Error(err)
				}
			}
		})
	}
	all.Wait()
	if _, err := up.Complete(s.Context()); err != nil {
		s.Fatal(err)
	}
	if _, got := s.get("k", mirror.Selection{}); got != strings.Join(parts, "") {
		s.Errorf("%d bytes came together wrong", len(got))
	}
}
