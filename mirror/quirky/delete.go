package quirky

import (
	"net/http"
	"time"
)

// remove deletes a version, or puts a delete marker on a key. It returns the id of
// either.
func (s *Server) remove(r *request, key, id string) (*version, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[r.Bucket]
	switch {
	case b == nil:
		return nil, errNoBucket
	case b.made != nil:
		return nil, errMethod
	}
	key, fault := s.quirks.Keys.key(key)
	if fault != nil {
		return nil, fault
	}
	enabled, suspended := b.versioned()
	if id == "" && (enabled || suspended) {
		marker := &version{id: nullVersion, marker: true, modified: now()}
		if enabled {
			marker.id = s.newID()
		}
		b.write(key, marker)
		s.remember(r.Bucket, key, nil)

		return marker, nil
	}
	if id == "" {
		id = nullVersion
	}
	v, fault := b.get(key).find(id)
	if v == nil {
		return nil, nil
	}
	if fault == nil && v.lock.holds(time.Now()) {
		return nil, errLocked
	}
	b.drop(key, id)
	s.remember(r.Bucket, key, nil)

	return v, nil
}

// deleteObject answers DeleteObject.
func (s *Server) deleteObject(r *request) (*response, *apiError) {
	id := r.query.Get("versionId")
	v, fault := s.remove(r, r.Key, id)
	if fault != nil {
		return nil, fault
	}
	resp := empty(http.StatusNoContent)
	if v != nil && v.id != nullVersion {
		resp.header["X-Amz-Version-Id"] = []string{v.id}
	}
	if v != nil && v.marker {
		resp.header["X-Amz-Delete-Marker"] = []string{"true"}
	}

	return resp, nil
}

// deleteObjects answers DeleteObjects.
func (s *Server) deleteObjects(r *request) (*response, *apiError) {
	if _, fault := r.payload.check(r.Header); fault != nil {
		return nil, fault
	}
	var doc struct {
		Quiet  bool
		Object []struct{ Key, VersionId string } //nolint:revive // S3 spells it so
	}
	if fault := r.payload.decode(&doc); fault != nil {
		return nil, fault
	}
	d := newDoc("DeleteResult")
	for _, obj := range doc.Object {
		v, fault := s.remove(r, obj.Key, obj.VersionId)
		if fault != nil {
			d.open("Error").text("Key", obj.Key).text("Code", fault.code).text("Message", fault.message).close("Error")

			continue
		}
		if doc.Quiet {
			continue
		}
		d.open("Deleted").text("Key", obj.Key)
		if v != nil && v.marker {
			d.boolean("DeleteMarker", true).text("DeleteMarkerVersionId", v.id)
		}
		d.close("Deleted")
	}

	return document(http.StatusOK, d.end()), nil
}
