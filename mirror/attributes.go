package mirror

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// The headers that are part of an object and that its owner chooses.
var ownedHeaders = []string{
	"cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires",
}

const (
	metadataPrefix = "x-amz-meta-"
	lockPrefix     = "x-amz-object-lock-"
)

// The names in Attributes.Lock.
const (
	LockMode  = "mode"              // GOVERNANCE or COMPLIANCE
	LockUntil = "retain-until-date" // when it ends
	LockHold  = "legal-hold"        // ON or OFF
)

// Attributes is what an object has beside its key and content. Names are in lower
// case, values are the bytes that the server sent.
type Attributes struct {
	Headers  map[string]string // Content-Type, Cache-Control, Expires, …
	Metadata map[string]string // x-amz-meta-*, without the prefix
	Tags     map[string]string
	Lock     map[string]string // retention and legal hold: x-amz-object-lock-*, without the prefix
}

// AttributesOf picks the attributes out of the headers of a response. Nothing is
// decoded, parsed or dropped for not being understood, but for aws-chunked: that
// content encoding belongs to an upload and not to its object.
func AttributesOf(h http.Header) Attributes {
	attrs := Attributes{Headers: map[string]string{}, Metadata: map[string]string{}}
	for name, values := range h {
		name = strings.ToLower(name)
		value := strings.Join(values, ",")
		switch key, isMetadata := strings.CutPrefix(name, metadataPrefix); {
		case isMetadata && key != "":
			attrs.Metadata[key] = value
		case strings.HasPrefix(name, lockPrefix) && value != "":
			if attrs.Lock == nil {
				attrs.Lock = map[string]string{}
			}
			attrs.Lock[strings.TrimPrefix(name, lockPrefix)] = value
		case name == "content-encoding":
			if value = withoutChunked(value); value != "" {
				attrs.Headers[name] = value
			}
		case slices.Contains(ownedHeaders, name) && value != "":
			attrs.Headers[name] = value
		}
	}

	return attrs
}

// withoutChunked removes the token aws-chunked from a Content-Encoding. A value
// without it stays as it is.
func withoutChunked(value string) string {
	if !strings.Contains(strings.ToLower(value), "aws-chunked") {
		return value
	}
	var kept []string
	for token := range strings.SplitSeq(value, ",") {
		if token = strings.TrimSpace(token); token != "" && !strings.EqualFold(token, "aws-chunked") {
			kept = append(kept, token)
		}
	}

	return strings.Join(kept, ",")
}

// Missing names what the destination does not have as the source has it, sorted:
// "content-type", "x-amz-meta-owner", "tags". A Content-Type that the source does
// not have counts for nothing, because servers make one up.
func (a Attributes) Missing(dst Attributes) []string {
	missing := differing("", a.Headers, dst.Headers)
	missing = slices.DeleteFunc(missing, func(name string) bool {
		return name == "content-type" && a.Headers[name] == ""
	})
	missing = append(missing, differing(metadataPrefix, a.Metadata, dst.Metadata)...)
	if !maps.Equal(a.Tags, dst.Tags) {
		missing = append(missing, "tags")
	}
	missing = append(missing, a.unheld(dst)...)
	slices.Sort(missing)

	return missing
}

func differing(prefix string, src, dst map[string]string) []string {
	var names []string
	for name, value := range src {
		if other, ok := dst[name]; !ok || !equalText(value, other) {
			names = append(names, prefix+name)
		}
	}
	for name := range dst {
		if _, ok := src[name]; !ok {
			names = append(names, prefix+name)
		}
	}

	return names
}

// equalText compares header values. Some servers return non-ASCII values in the
// encoding of RFC 2047, others as they were sent.
func equalText(a, b string) bool {
	return a == b || decodeText(a) == decodeText(b)
}

func decodeText(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	decoded, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}

	return decoded
}
