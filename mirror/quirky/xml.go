package quirky

import (
	"net/url"
	"strconv"
	"strings"
)

// doc is an XML document in the making. S3's documents are flat enough for this, and
// nothing is faster.
type doc struct {
	buf  []byte
	root string
}

const prolog = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func newDoc(root string) *doc {
	d := &doc{buf: make([]byte, 0, 512), root: root}
	d.buf = append(d.buf, prolog...)
	d.buf = append(d.buf, '<')
	d.buf = append(d.buf, root...)
	d.buf = append(d.buf, ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`...)

	return d
}

func (d *doc) end() []byte { return d.close(d.root).buf }

func (d *doc) open(name string) *doc {
	d.buf = append(append(append(d.buf, '<'), name...), '>')

	return d
}

func (d *doc) close(name string) *doc {
	d.buf = append(append(append(d.buf, "</"...), name...), '>')

	return d
}

func (d *doc) text(name, value string) *doc {
	d.open(name)
	d.buf = appendText(d.buf, value)

	return d.close(name)
}

func (d *doc) number(name string, n int64) *doc {
	d.open(name)
	d.buf = strconv.AppendInt(d.buf, n, 10)

	return d.close(name)
}

func (d *doc) boolean(name string, b bool) *doc {
	d.open(name)
	d.buf = strconv.AppendBool(d.buf, b)

	return d.close(name)
}

// appendText escapes what XML needs escaped, and control characters, which are not
// XML even so: that is what servers answer with.
func appendText(dst []byte, s string) []byte {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '<' || r == '>' || r == '&' || r == '"' }) {
		return append(dst, s...)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '"':
			dst = append(dst, "&#34;"...)
		case c < ' ':
			dst = append(dst, "&#x"...)
			dst = strconv.AppendInt(dst, int64(c), 16)
			dst = append(dst, ';')
		default:
			dst = append(dst, c)
		}
	}

	return dst
}

// escapeKey is encoding-type=url.
func escapeKey(key string) string {
	return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
}
