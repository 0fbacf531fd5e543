package quirky

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// version is one version of an object, or a delete marker. Its content never changes.
type version struct {
	id       string
	marker   bool
	pieces   [][]byte // the content; one piece for each part
	size     int64
	parts    int // 0 when it was written in one request
	etag     string
	modified time.Time
	header   http.Header // what the owner chose: Content-Type, X-Amz-Meta-*, …
	class    string
	tags     []tag
	lock     lock
}

type tag struct{ key, value string }

// lock is what keeps a version from being deleted.
type lock struct {
	mode, until string
	hold        string
}

func (l lock) holds(now time.Time) bool {
	until, err := time.Parse(time.RFC3339, l.until)

	return l.hold == "ON" || err == nil && until.After(now)
}

// ownedHeaders are those that an owner chooses beside metadata.
var ownedHeaders = []string{
	"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires",
	"X-Amz-Website-Redirect-Location",
}

const metaPrefix = "X-Amz-Meta-"

// owned picks the headers of an object out of those of a request, as bytes.
func owned(h http.Header) http.Header {
	kept := make(http.Header, 2)
	for name, values := range h {
		if strings.HasPrefix(name, metaPrefix) || slices.Contains(ownedHeaders, name) {
			kept[name] = values
		}
	}
	if encoding, ok := strings.CutPrefix(kept.Get("Content-Encoding"), "aws-chunked"); ok {
		kept.Del("Content-Encoding")
		if encoding = strings.TrimPrefix(encoding, ","); encoding != "" {
			kept.Set("Content-Encoding", encoding)
		}
	}
	if len(kept["Content-Type"]) == 0 {
		kept["Content-Type"] = []string{"binary/octet-stream"}
	}

	return kept
}

// tagOf spells an MD5 as an ETag.
func tagOf(sum [md5.Size]byte) string { return hex.EncodeToString(sum[:]) }

// compositeOf is the ETag of an object in parts.
func compositeOf(parts []*part) string {
	hash := md5.New()
	for _, p := range parts {
		hash.Write(p.sum[:])
	}

	return hex.EncodeToString(hash.Sum(nil)) + "-" + strconv.Itoa(len(parts))
}

// cut returns the bytes from one offset to another.
func (v *version) cut(from, to int64) [][]byte {
	var pieces [][]byte
	for _, piece := range v.pieces {
		size := int64(len(piece))
		if from < size && to > 0 {
			pieces = append(pieces, piece[max(from, 0):min(to, size)])
		}
		from, to = from-size, to-size
	}

	return pieces
}

// span returns where part n is.
func (v *version) span(n int) (from, to int64, ok bool) {
	if v.parts == 0 {
		return 0, v.size, n == 1
	}
	if n > len(v.pieces) {
		return 0, 0, false
	}
	for _, piece := range v.pieces[:n-1] {
		from += int64(len(piece))
	}

	return from, from + int64(len(v.pieces[n-1])), true
}

// find returns the version that a request names, or the current one.
func (r *record) find(id string) (*version, *apiError) {
	if r == nil {
		return nil, errNoKey
	}
	if id == "" {
		if len(r.versions) == 0 || r.versions[0].marker {
			return nil, errNoKey
		}

		return r.versions[0], nil
	}
	for _, v := range r.versions {
		if v.id == id {
			if v.marker {
				return v, errMarker
			}

			return v, nil
		}
	}

	return nil, errNoVersion
}

// parseTags reads the header X-Amz-Tagging.
func parseTags(header string) ([]tag, *apiError) {
	var tags []tag
	if header == "" {
		return nil, nil
	}
	for pair := range strings.SplitSeq(header, "&") {
		name, value, _ := strings.Cut(pair, "=")
		key, err := unescape(name)
		val, err2 := unescape(value)
		if err != nil || err2 != nil || key == "" {
			return nil, errArgument
		}
		tags = append(tags, tag{key, val})
	}

	return tags, nil
}
