package quirky

import (
	"crypto/md5"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// upload is an object in the making, guarded by the lock of its server.
type upload struct {
	id, key string
	begun   time.Time
	draft   *version
	parts   map[int]*part
}

type part struct {
	content  []byte
	sum      [md5.Size]byte
	etag     string
	modified time.Time
}

// createUpload answers CreateMultipartUpload.
func (s *Server) createUpload(r *request) (*response, *apiError) {
	v, fault := s.draft(r)
	if fault != nil {
		return nil, fault
	}
	key, fault := s.quirks.Keys.key(r.Key)
	if fault != nil {
		return nil, fault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[r.Bucket]
	if b == nil {
		return nil, errNoBucket
	}
	if fault := s.quirks.Keys.folders(b, key); fault != nil {
		return nil, fault
	}
	u := &upload{id: fmt.Sprintf("upload-%d", s.serial.Add(1)), key: key, begun: now(), draft: v, parts: map[int]*part{}}
	b.uploads[u.id] = u
	d := newDoc("InitiateMultipartUploadResult").text("Bucket", r.Bucket).text("Key", r.Key).text("UploadId", u.id)

	return document(http.StatusOK, d.end()), nil
}

// upload returns the upload that a request names. The server is locked.
func (s *Server) upload(r *request) (*bucket, *upload, *apiError) {
	b := s.buckets[r.Bucket]
	if b == nil {
		return nil, nil, errNoBucket
	}
	u := b.uploads[r.query.Get("uploadId")]
	if key, _ := s.quirks.Keys.key(r.Key); u == nil || u.key != key {
		return nil, nil, errNoUpload
	}

	return b, u, nil
}

// uploadPart answers UploadPart and UploadPartCopy.
func (s *Server) uploadPart(r *request) (*response, *apiError) {
	if r.Part < 1 || r.Part > 10000 {
		return nil, errArgument
	}
	content := r.payload.content
	if r.Op == "UploadPartCopy" {
		v, fault := s.copySource(r)
		if fault != nil {
			return nil, fault
		}
		from, to := int64(0), v.size
		if spec, ok := strings.CutPrefix(r.Header.Get("X-Amz-Copy-Source-Range"), "bytes="); ok {
			if from, to, ok = parseRange(spec, v.size); !ok {
				return nil, errRange
			}
		}
		content = slices.Concat(v.cut(from, to)...)
	}
	sum, fault := payload{content: content}.check(r.Header)
	if fault != nil && (fault != errDigest || !s.quirks.Writes.NoDigest) {
		return nil, fault
	}
	p := &part{content: content, sum: sum, etag: tagOf(sum), modified: now()}
	if s.quirks.ETags == ETagsOpaque {
		p.etag = opaque(p.etag)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, u, fault := s.upload(r)
	if fault != nil {
		return nil, fault
	}
	u.parts[r.Part] = p
	etag := s.quirks.ETags.spell(p.etag)
	if r.Op == "UploadPartCopy" {
		d := newDoc("CopyPartResult").text("ETag", etag).text("LastModified", p.modified.Format(stampList))

		return document(http.StatusOK, d.end()), nil
	}
	resp := empty(http.StatusOK)
	resp.header["Etag"] = []string{etag}

	return resp, nil
}

// completeUpload answers CompleteMultipartUpload.
func (s *Server) completeUpload(r *request) (*response, *apiError) {
	var doc struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if fault := r.payload.decode(&doc); fault != nil || len(doc.Part) == 0 {
		return nil, errXML
	}
	if s.mistaken() {
		return document(http.StatusOK, errInternal.document(r.URL.Path)), nil
	}
	s.mu.Lock()
	b, u, fault := s.upload(r)
	var v *version
	if fault == nil {
		var parts []*part
		last := 0
		for i, named := range doc.Part {
			p := u.parts[named.PartNumber]
			switch {
			case named.PartNumber <= last:
				fault = errPartOrder
			case p == nil || !matches(named.ETag, p.etag):
				fault = errPart
			case i < len(doc.Part)-1 && int64(len(p.content)) < s.quirks.Writes.MinPart:
				fault = errTooSmall
			}
			last = named.PartNumber
			parts = append(parts, p)
			if fault != nil {
				break
			}
		}
		if fault == nil {
			v, fault = s.join(r, u, parts)
		}
		if fault == nil {
			delete(b.uploads, u.id)
		}
	}
	s.mu.Unlock()
	if fault != nil {
		return nil, fault
	}
	if s.quirks.Writes.SlowComplete > 0 {
		wait(r.Request, s.quirks.Writes.SlowComplete)
	}
	if s.quirks.Writes.LostComplete {
		return nil, errGateway
	}
	d := newDoc("CompleteMultipartUploadResult").text("Bucket", r.Bucket).text("Key", r.Key).
		text("ETag", s.quirks.ETags.spell(v.etag))
	resp := document(http.StatusOK, d.end())
	if v.id != nullVersion {
		resp.header["X-Amz-Version-Id"] = []string{v.id}
	}

	return resp, nil
}

// join makes parts an object.
func (s *Server) join(r *request, u *upload, parts []*part) (*version, *apiError) {
	v := *u.draft
	var pieces [][]byte
	for _, p := range parts {
		pieces = append(pieces, p.content)
	}
	v.parts = len(parts)
	s.fill(&v, pieces, compositeOf(parts))
	if fault := s.date(r, &v); fault != nil {
		return nil, fault
	}

	return &v, s.commitLocked(r, u.key, &v)
}

// wait holds a request until the client has gone.
func wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// abortUpload answers AbortMultipartUpload.
func (s *Server) abortUpload(r *request) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, u, fault := s.upload(r)
	if fault != nil {
		return nil, fault
	}
	delete(b.uploads, u.id)

	return empty(http.StatusNoContent), nil
}

// listParts answers ListParts.
func (s *Server) listParts(r *request) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, u, fault := s.upload(r)
	if fault != nil {
		return nil, fault
	}
	marker, _ := strconv.Atoi(r.query.Get("part-number-marker"))
	limit := 1000
	if n, err := strconv.Atoi(r.query.Get("max-parts")); err == nil && n > 0 {
		limit = min(n, limit)
	}
	var numbers []int
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n > marker {
			numbers = append(numbers, n)
		}
	}
	truncated := len(numbers) > limit
	numbers = numbers[:min(limit, len(numbers))]
	d := newDoc("ListPartsResult").text("Bucket", r.Bucket).text("Key", r.Key).text("UploadId", u.id).
		number("PartNumberMarker", int64(marker)).number("MaxParts", int64(limit)).boolean("IsTruncated", truncated)
	if truncated {
		d.number("NextPartNumberMarker", int64(numbers[limit-1]))
	}
	for _, n := range numbers {
		p := u.parts[n]
		d.open("Part").number("PartNumber", int64(n)).text("LastModified", p.modified.Format(stampList)).
			text("ETag", s.quirks.ETags.spell(p.etag)).number("Size", int64(len(p.content))).close("Part")
	}

	return document(http.StatusOK, d.end()), nil
}

// listUploads answers ListMultipartUploads, all on one page.
func (s *Server) listUploads(r *request) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[r.Bucket]
	if b == nil {
		return nil, errNoBucket
	}
	encode := listing{encoded: r.query.Get("encoding-type") == "url"}
	d := newDoc("ListMultipartUploadsResult").text("Bucket", r.Bucket).boolean("IsTruncated", false)
	encode.echo(d, nil)
	all := slices.SortedFunc(maps.Values(b.uploads), func(a, b *upload) int {
		return strings.Compare(a.key+"\x00"+a.id, b.key+"\x00"+b.id)
	})
	for _, u := range all {
		if strings.HasPrefix(u.key, r.query.Get("prefix")) {
			d.open("Upload").text("Key", encode.spell(u.key)).text("UploadId", u.id).
				text("Initiated", u.begun.Format(stampList)).close("Upload")
		}
	}

	return document(http.StatusOK, d.end()), nil
}
