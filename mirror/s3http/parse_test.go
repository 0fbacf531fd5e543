package s3http

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
)

// FuzzHeaders reads headers of an object. Nothing is made up: an offset and a length lie
// within the object, an ETag is what mirror.ParseETag says, tags are counted or unknown.
func FuzzHeaders(f *testing.F) {
	f.Add(`"9a0364b9e99bb480dd25e1f0284c8555"`, "bytes 4-7/12", "2", "a=b&c=d", "MinIO")
	f.Add(`W/"9A0364B9E99BB480DD25E1F0284C8555-2"`, "bytes 9223372036854775804-9223372036854775807/9223372036854775807", "-1", "%zz", "")
	f.Fuzz(func(t *testing.T, etag, span, count, tags, server string) {
		header := http.Header{
			"Etag": {etag}, "Content-Range": {span}, "X-Amz-Tagging-Count": {count}, "X-Amz-Tagging": {tags}, "Server": {server},
			"Last-Modified": {"Thu, 01 Dec 1994 16:00:00 GMT"},
		}
		s := &Store{}
		for _, status := range []int{http.StatusOK, http.StatusPartialContent} {
			obj, err := s.objectOf(&call{key: "k", bucket: "b"}, &http.Response{StatusCode: status, ContentLength: 4, Header: header})
			if err != nil {
				continue
			}
			if obj.ETag != mirror.ParseETag(etag) || obj.TagCount < mirror.UnknownTags {
				t.Errorf("read %+v", obj)
			}
			if obj.Offset < 0 || obj.Length != 4 || obj.Offset > obj.Size-obj.Length || obj.Ranged != (status == http.StatusPartialContent) {
				t.Errorf("%q became %+v", span, obj)
			}
		}
		header.Del("X-Amz-Tagging-Count")
		if found, err := repeated(header); (err == nil) && len(found) > 0 != (s.tagging.count("b", header) > 0) {
			t.Errorf("%q are %v", tags, found)
		}
	})
}

// What a body is sent from is there again as long as nothing was taken of it, for a
// connection that turns out to be closed.
func TestBodyAgain(t *testing.T) {
	for _, size := range []int{1, smallBody, smallBody + 1} {
		text := strings.Repeat("x", size)
		body := &exactBody{source: strings.NewReader(text), size: int64(size)}
		req := &http.Request{}
		if err := body.attach(req); err != nil {
			t.Fatal(err)
		}
		again, err := req.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(again)
		if diff := cmp.Diff(text, string(got)); err != nil || diff != "" || req.ContentLength != int64(size) {
			t.Errorf("%d bytes: %v (-want +got):\n%s", size, err, diff)
		}
		if _, err := req.GetBody(); (err == nil) != (size <= smallBody) || err != nil && !errors.Is(err, errCut) {
			t.Errorf("%d bytes, taken already: %v", size, err)
		}
		if whole, fault := body.cut(); !whole || fault != nil {
			t.Errorf("%d bytes: whole %v, %v", size, whole, fault)
		}
	}
}
