package state

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	maxName    = 500
	maxSegment = 200
	kept       = 60 // bytes of a long text that its segment still shows
)

// Check tells whether a name is one that every place takes.
func Check(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("%w %.40q…: longer than %d bytes", ErrName, name, maxName)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment[0] == '.' || len(segment) > maxSegment || strings.IndexFunc(segment, odd) >= 0 {
			return fmt.Errorf("%w %q", ErrName, name)
		}
	}

	return nil
}

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.=", r)
}

// Segment makes a segment of a name of any text. Different texts have different
// segments, on file systems that do not tell upper case from lower case too. Bytes
// that are not plain become =XX; a long text ends in its digest.
func Segment(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02x", c)
		}
		if b.Len() > maxSegment-80 {
			return fmt.Sprintf("%s==%x", b.String()[:kept], sha256.Sum256([]byte(text)))
		}
	}
	if text == "" {
		return "=="
	}

	return b.String()
}

// IsMarker reports whether the content of an item named Marker is that of a marker.
func IsMarker(content []byte) bool {
	var m struct {
		Kind string `json:"kind"`
	}

	return json.Unmarshal(content, &m) == nil && m.Kind == "ferry-state"
}
