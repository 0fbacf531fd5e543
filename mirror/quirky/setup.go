package quirky

import (
	"crypto/md5"
	"net/http"
)

// Object is what Put writes.
type Object struct {
	Parts  [][]byte // more than one: written in parts
	Header http.Header
	Tags   map[string]string
}

// CreateBucket makes a bucket if there is none of that name.
func (s *Server) CreateBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] == nil {
		s.make(name)
	}
}

// CreateSynthetic makes a bucket of objects that are made up.
func (s *Server) CreateSynthetic(name string, made Synthetic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.make(name).made = made.make()
}

// Put writes an object without a request.
func (s *Server) Put(bucket, key string, obj Object) error {
	v := &version{header: owned(obj.Header), modified: now()}
	for name, value := range obj.Tags {
		v.tags = append(v.tags, tag{name, value})
	}
	var parts []*part
	for _, piece := range obj.Parts {
		parts = append(parts, &part{sum: md5.Sum(piece)})
	}
	if len(parts) > 1 {
		v.parts = len(parts)
		s.fill(v, obj.Parts, compositeOf(parts))
	} else {
		s.fill(v, obj.Parts, tagOf(parts[0].sum))
	}
	r := &request{Request: &http.Request{}, Call: Call{Bucket: bucket, Key: key}}
	if fault := s.commit(r, key, v); fault != nil {
		return fault
	}

	return nil
}

// Delete removes an object without a request.
func (s *Server) Delete(bucket, key string) error {
	if _, fault := s.remove(&request{Request: &http.Request{}, Call: Call{Bucket: bucket, Key: key}}, key, ""); fault != nil {
		return fault
	}

	return nil
}
