package quirky

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// draft is a version of what a request declares, without content.
func (s *Server) draft(r *request) (*version, *apiError) {
	quirks := s.quirks.Writes
	for name := range r.Header {
		if quirks.ChecksumsRefused && (strings.HasPrefix(name, "X-Amz-Checksum-") || name == "X-Amz-Sdk-Checksum-Algorithm") {
			return nil, errUnsupported
		}
	}
	tagging := r.Header.Get("X-Amz-Tagging")
	if tagging != "" && quirks.TaggingRefused {
		return nil, errUnsupported
	}
	tags, fault := parseTags(tagging)
	if fault != nil {
		return nil, fault
	}
	v := &version{
		header: owned(r.Header), class: r.Header.Get("X-Amz-Storage-Class"), tags: tags, modified: now(),
		lock: lock{
			mode:  r.Header.Get("X-Amz-Object-Lock-Mode"),
			until: r.Header.Get("X-Amz-Object-Lock-Retain-Until-Date"),
			hold:  r.Header.Get("X-Amz-Object-Lock-Legal-Hold"),
		},
	}
	if v.class == "STANDARD" {
		v.class = ""
	}

	return v, s.date(r, v)
}

// date gives a version the time that a request demands, if the server is one that does.
func (s *Server) date(r *request, v *version) *apiError {
	text := r.Header.Get("X-Minio-Source-Mtime")
	if text == "" || !s.quirks.KeepsTimes {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return errArgument
	}
	v.modified = at.UTC()

	return nil
}

// now is as precise as listings are.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// fill gives a version its content.
func (s *Server) fill(v *version, pieces [][]byte, etag string) {
	v.pieces, v.size, v.etag = pieces, 0, etag
	for _, piece := range pieces {
		v.size += int64(len(piece))
	}
	if s.quirks.ETags == ETagsOpaque {
		v.etag = opaque(etag)
	}
}

// opaque is an ETag that has the form of one and says nothing.
func opaque(etag string) string {
	random := make([]byte, md5.Size)
	_, _ = rand.Read(random)
	_, count, multipart := strings.Cut(etag, "-")
	if multipart {
		return hex.EncodeToString(random) + "-" + count
	}

	return hex.EncodeToString(random)
}

// commit makes a version the current one of a key, if the conditions of the request
// hold.
func (s *Server) commit(r *request, key string, v *version) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.commitLocked(r, key, v)
}

func (s *Server) commitLocked(r *request, key string, v *version) *apiError {
	b := s.buckets[r.Bucket]
	switch {
	case b == nil:
		return errNoBucket
	case b.made != nil:
		return errMethod
	}
	key, fault := s.quirks.Keys.key(key)
	if fault == nil {
		fault = s.quirks.Keys.folders(b, key)
	}
	if fault == nil && !s.quirks.Writes.NoConditions {
		fault = precondition(r.Header, b.get(key))
	}
	if fault != nil {
		return fault
	}
	if enabled, _ := b.versioned(); enabled {
		v.id = s.newID()
	}
	b.write(key, v)
	s.remember(r.Bucket, key, v)

	return nil
}

func (s *Server) newID() string { return fmt.Sprintf("%020d", s.serial.Add(1)) }

// precondition checks what a write demands of the object that it replaces.
func precondition(h http.Header, r *record) *apiError {
	var current *version
	if r != nil {
		current = r.current()
	}
	if want := h.Get("If-Match"); want != "" {
		if current == nil {
			return errNoKey
		}
		if !matches(want, current.etag) {
			return errCondition
		}
	}
	if h.Get("If-None-Match") == "*" && current != nil {
		return errCondition
	}

	return nil
}

// putObject answers PutObject.
func (s *Server) putObject(r *request) (*response, *apiError) {
	v, fault := s.draft(r)
	if fault != nil {
		return nil, fault
	}
	sum, fault := r.payload.check(r.Header)
	if fault != nil && (fault != errDigest || !s.quirks.Writes.NoDigest) {
		return nil, fault
	}
	s.fill(v, [][]byte{r.payload.content}, tagOf(sum))
	if fault := s.commit(r, r.Key, v); fault != nil {
		return nil, fault
	}

	return s.written(v), nil
}

// written answers a write.
func (s *Server) written(v *version) *response {
	resp := empty(http.StatusOK)
	resp.header["Etag"] = []string{s.quirks.ETags.spell(v.etag)}
	if v.id != nullVersion {
		resp.header["X-Amz-Version-Id"] = []string{v.id}
	}

	return resp
}

// copySource returns the version that X-Amz-Copy-Source names.
func (s *Server) copySource(r *request) (*version, *apiError) {
	source, query, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/"), "?")
	source, err := url.PathUnescape(source)
	if err != nil {
		return nil, errArgument
	}
	bucketName, key, _ := strings.Cut(strings.TrimPrefix(source, "/"), "/")
	v, fault := s.lookup(bucketName, key, strings.TrimPrefix(query, "versionId="))
	if fault != nil {
		return nil, fault
	}
	if want := r.Header.Get("X-Amz-Copy-Source-If-Match"); want != "" && !matches(want, v.etag) {
		return nil, errCondition
	}

	return v, nil
}

// copyObject answers CopyObject.
func (s *Server) copyObject(r *request) (*response, *apiError) {
	source, fault := s.copySource(r)
	if fault != nil {
		return nil, fault
	}
	if s.mistaken() {
		return document(http.StatusOK, errInternal.document(r.URL.Path)), nil
	}
	v, fault := s.draft(r)
	if fault != nil {
		return nil, fault
	}
	if r.Header.Get("X-Amz-Metadata-Directive") != "REPLACE" {
		v.header = source.header
	}
	if r.Header.Get("X-Amz-Tagging-Directive") != "REPLACE" {
		v.tags = source.tags
	}
	hash := md5.New()
	for _, piece := range source.pieces {
		hash.Write(piece)
	}
	s.fill(v, source.pieces, tagOf([md5.Size]byte(hash.Sum(nil))))
	if fault := s.commit(r, r.Key, v); fault != nil {
		return nil, fault
	}
	d := newDoc("CopyObjectResult").text("ETag", s.quirks.ETags.spell(v.etag)).
		text("LastModified", v.modified.Format(stampList))

	return document(http.StatusOK, d.end()), nil
}

// mistaken reports whether this is one of the answers that look like success.
func (s *Server) mistaken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mistakes >= s.quirks.Writes.ErrorsIn200 {
		return false
	}
	s.mistakes++

	return true
}

// change replaces a version by one with something about it changed.
func (s *Server) change(r *request, f func(v *version)) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[r.Bucket]
	if b == nil {
		return errNoBucket
	}
	key, fault := s.quirks.Keys.key(r.Key)
	if fault != nil {
		return fault
	}
	found := b.get(key)
	old, fault := found.find(r.query.Get("versionId"))
	if fault != nil {
		return fault
	}
	changed := *old
	f(&changed)
	versions := make([]*version, len(found.versions))
	for i, v := range found.versions {
		if versions[i] = v; v == old {
			versions[i] = &changed
		}
	}
	found.versions = versions

	return nil
}

// putTags answers PutObjectTagging and DeleteObjectTagging.
func (s *Server) putTags(r *request) (*response, *apiError) {
	var set struct {
		Tags []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	if r.Method == http.MethodPut {
		if fault := r.payload.decode(&set); fault != nil {
			return nil, fault
		}
	}
	var tags []tag
	for _, t := range set.Tags {
		tags = append(tags, tag{t.Key, t.Value})
	}
	if fault := s.change(r, func(v *version) { v.tags = tags }); fault != nil {
		return nil, fault
	}
	if r.Method == http.MethodDelete {
		return empty(http.StatusNoContent), nil
	}

	return empty(http.StatusOK), nil
}

// putLock answers PutObjectRetention and PutObjectLegalHold.
func (s *Server) putLock(r *request) (*response, *apiError) {
	var doc struct{ Status, Mode, RetainUntilDate string }
	if fault := r.payload.decode(&doc); fault != nil {
		return nil, fault
	}
	fault := s.change(r, func(v *version) {
		if r.Op == "PutObjectLegalHold" {
			v.lock.hold = doc.Status
		} else {
			v.lock.mode, v.lock.until = doc.Mode, doc.RetainUntilDate
		}
	})
	if fault != nil {
		return nil, fault
	}

	return empty(http.StatusOK), nil
}
