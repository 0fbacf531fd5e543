package quirky

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// lookup returns the version that a request names.
func (s *Server) lookup(bucketName, key, id string) (*version, *apiError) {
	key, fault := s.quirks.Keys.key(key)
	if fault != nil {
		return nil, fault
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[bucketName]
	if b == nil {
		return nil, errNoBucket
	}

	return b.get(key).find(id)
}

// getObject answers GetObject and HeadObject.
func (s *Server) getObject(r *request) (*response, *apiError) {
	v, fault := s.lookup(r.Bucket, r.Key, r.query.Get("versionId"))
	if fault != nil {
		return nil, fault
	}
	if fault := s.conditions(r, v); fault != nil {
		return nil, fault
	}
	resp := &response{status: http.StatusOK, header: s.headers(v)}
	from, to, part, fault := s.span(r, v)
	if fault != nil {
		return nil, fault
	}
	if part {
		resp.status = http.StatusPartialContent
		if v.parts > 0 {
			resp.header["X-Amz-Mp-Parts-Count"] = []string{strconv.Itoa(v.parts)}
		}
	}
	if resp.status == http.StatusPartialContent || r.Header.Get("Range") != "" {
		resp.status = http.StatusPartialContent
		if v.size > 0 {
			resp.header["Content-Range"] = []string{
				"bytes " + formatSize(from) + "-" + formatSize(to-1) + "/" + formatSize(v.size),
			}
		}
	}
	if from == 0 && to == v.size {
		resp.body = v.pieces
	} else {
		resp.body = v.cut(from, to)
	}

	return resp, nil
}

// conditions checks what a read demands of an object.
func (s *Server) conditions(r *request, v *version) *apiError {
	if s.quirks.Reads.NoConditions {
		return nil
	}
	if want := r.Header.Get("If-Match"); want != "" && !matches(want, v.etag) {
		return errCondition
	}
	if not := r.Header.Get("If-None-Match"); not != "" && matches(not, v.etag) {
		return errNotModified
	}

	return nil
}

// matches compares an ETag of a header with that of an object.
func matches(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.Trim(strings.TrimPrefix(strings.TrimSpace(candidate), "W/"), `"`)
		if candidate == "*" || strings.EqualFold(candidate, etag) {
			return true
		}
	}

	return false
}

// headers describes a version.
func (s *Server) headers(v *version) http.Header {
	h := make(http.Header, len(v.header)+6)
	maps.Copy(h, v.header)
	h["Etag"] = []string{s.quirks.ETags.spell(v.etag)}
	h["Last-Modified"] = []string{v.modified.Format(http.TimeFormat)}
	h["Accept-Ranges"] = []string{"bytes"}
	for name, value := range map[string]string{
		"X-Amz-Storage-Class": v.class, "X-Amz-Object-Lock-Mode": v.lock.mode,
		"X-Amz-Object-Lock-Retain-Until-Date": v.lock.until, "X-Amz-Object-Lock-Legal-Hold": v.lock.hold,
	} {
		if value != "" {
			h[name] = []string{value}
		}
	}
	if v.id != nullVersion {
		h["X-Amz-Version-Id"] = []string{v.id}
	}
	if len(v.tags) > 0 {
		h["X-Amz-Tagging-Count"] = []string{strconv.Itoa(len(v.tags))}
	}

	return h
}

// span is which bytes a read asks for, and whether as a part.
func (s *Server) span(r *request, v *version) (from, to int64, part bool, fault *apiError) {
	if r.Part > 0 && !s.quirks.Reads.NoParts {
		if r.Method == http.MethodHead && s.quirks.Reads.WrongHeadPart {
			return 0, v.size, true, nil
		}
		from, to, ok := v.span(r.Part)
		if !ok {
			return 0, 0, false, errPartNumber
		}

		return from, to, true, nil
	}
	spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !ok {
		return 0, v.size, false, nil
	}
	from, to, ok = parseRange(spec, v.size)
	if !ok {
		return 0, 0, false, errRange
	}

	return from, to, false, nil
}

// parseRange reads FIRST-LAST, FIRST- or -LENGTH.
func parseRange(spec string, size int64) (from, to int64, ok bool) {
	first, last, ok := strings.Cut(spec, "-")
	a, errA := strconv.ParseInt(first, 10, 64)
	b, errB := strconv.ParseInt(last, 10, 64)
	switch {
	case !ok:
		return 0, 0, false
	case first == "" && errB == nil:
		return max(0, size-b), size, size > 0 && b > 0
	case last == "" && errA == nil:
		return a, size, a < size
	default:
		return a, min(b+1, size), errA == nil && errB == nil && a <= b && a < size
	}
}

// getTags answers GetObjectTagging.
func (s *Server) getTags(r *request) (*response, *apiError) {
	v, fault := s.lookup(r.Bucket, r.Key, r.query.Get("versionId"))
	if fault != nil {
		return nil, fault
	}
	d := newDoc("Tagging").open("TagSet")
	for _, t := range slices.SortedFunc(slices.Values(v.tags), func(a, b tag) int { return strings.Compare(a.key, b.key) }) {
		d.open("Tag").text("Key", t.key).text("Value", t.value).close("Tag")
	}

	return document(http.StatusOK, d.close("TagSet").end()), nil
}

// getLock answers GetObjectRetention and GetObjectLegalHold.
func (s *Server) getLock(r *request) (*response, *apiError) {
	v, fault := s.lookup(r.Bucket, r.Key, r.query.Get("versionId"))
	switch {
	case fault != nil:
		return nil, fault
	case r.Op == "GetObjectLegalHold" && v.lock.hold != "":
		return document(http.StatusOK, newDoc("LegalHold").text("Status", v.lock.hold).end()), nil
	case r.Op == "GetObjectRetention" && v.lock.mode != "":
		d := newDoc("Retention").text("Mode", v.lock.mode).text("RetainUntilDate", v.lock.until)

		return document(http.StatusOK, d.end()), nil
	default:
		return nil, errNoRetention
	}
}
