package quirky

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func formatSize(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Server) listBuckets(*request) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := newDoc("ListAllMyBucketsResult").open("Owner").text("ID", "quirky").close("Owner").open("Buckets")
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		d.open("Bucket").text("Name", name).text("CreationDate", s.buckets[name].created.Format(stampList)).close("Bucket")
	}

	return document(http.StatusOK, d.close("Buckets").end()), nil
}

func (s *Server) headBucket(r *request) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buckets[r.Bucket] == nil {
		return nil, errNoBucket
	}

	return empty(http.StatusOK), nil
}

func (s *Server) location(r *request) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buckets[r.Bucket] == nil {
		return nil, errNoBucket
	}

	return document(http.StatusOK, newDoc("LocationConstraint").end()), nil
}

func (s *Server) createBucket(r *request) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[r.Bucket] != nil {
		return nil, errOwned
	}
	b := s.make(r.Bucket)
	if strings.EqualFold(r.Header.Get("X-Amz-Bucket-Object-Lock-Enabled"), "true") {
		b.settings["versioning"] = newDoc("VersioningConfiguration").text("Status", "Enabled").end()
		b.settings["object-lock"] = newDoc("ObjectLockConfiguration").text("ObjectLockEnabled", "Enabled").end()
	}

	return empty(http.StatusOK), nil
}

func (s *Server) make(name string) *bucket {
	b := &bucket{
		name: name, created: time.Now().UTC(), settings: map[string][]byte{}, uploads: map[string]*upload{},
	}
	s.buckets[name] = b

	return b
}

func (s *Server) deleteBucket(r *request) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[r.Bucket]
	switch {
	case b == nil:
		return nil, errNoBucket
	case b.index.size > 0 || b.made != nil:
		return nil, errNotEmpty
	}
	delete(s.buckets, r.Bucket)

	return empty(http.StatusNoContent), nil
}

// setting answers the operations on one document of a bucket.
func (s *Server) setting(r *request) (*response, *apiError) {
	name := r.setting
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[r.Bucket]
	if b == nil {
		return nil, errNoBucket
	}
	switch r.Method {
	case http.MethodPut:
		if name == "versioning" && b.settings["object-lock"] != nil &&
			!strings.Contains(string(r.payload.content), "Enabled") {
			return nil, errBucketConfig
		}
		b.settings[name] = r.payload.content

		return empty(http.StatusOK), nil
	case http.MethodDelete:
		delete(b.settings, name)

		return empty(http.StatusNoContent), nil
	default:
		if doc, ok := b.settings[name]; ok {
			return document(http.StatusOK, doc), nil
		}
		if blank := settings[name].empty; blank != "" {
			return document(http.StatusOK, newDoc(blank).end()), nil
		}

		return nil, &apiError{http.StatusNotFound, settings[name].missing, "The bucket has none"}
	}
}
