package sigv4

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// header is one of those that are signed. Its name is lower[from:to].
type header struct {
	from, to int
	values   []string
}

// names collects the headers that are signed and sorts them.
func (w *scratch) names(req *http.Request) {
	w.add("host", nil)
	for name, values := range req.Header {
		if len(values) > 0 && !unsigned(name) {
			w.add(name, values)
		}
	}
	slices.SortFunc(w.headers, func(a, b header) int {
		return bytes.Compare(w.lower[a.from:a.to], w.lower[b.from:b.to])
	})
}

// unsigned reports whether a header is left out: others change it on the way, or
// it does not exist yet.
func unsigned(name string) bool {
	switch len(name) {
	case len("Host"):
		return strings.EqualFold(name, "Host")
	case len("User-Agent"):
		return strings.EqualFold(name, "User-Agent")
	case len("Authorization"):
		return strings.EqualFold(name, "Authorization")
	case len("Accept-Encoding"):
		return strings.EqualFold(name, "Accept-Encoding")
	default:
		return false
	}
}

func (w *scratch) add(name string, values []string) {
	from := len(w.lower)
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		w.lower = append(w.lower, c)
	}
	w.headers = append(w.headers, header{from: from, to: len(w.lower), values: values})
}

// canonical writes the canonical request into the buffer, and gives the request the
// path and query that are in it.
func (w *scratch) canonical(req *http.Request, payload string) {
	w.buf = append(w.buf[:0], req.Method...)
	w.buf = append(w.buf, '\n')
	w.path(req.URL)
	w.buf = append(w.buf, '\n')
	w.query(req.URL)
	w.buf = append(w.buf, '\n')
	for _, h := range w.headers {
		w.buf = append(w.buf, w.lower[h.from:h.to]...)
		w.buf = append(w.buf, ':')
		if h.values == nil {
			w.buf = append(w.buf, hostOf(req)...)
		}
		for i, value := range h.values {
			if i > 0 {
				w.buf = append(w.buf, ',')
			}
			w.buf = appendTrimmed(w.buf, value)
		}
		w.buf = append(w.buf, '\n')
	}
	w.buf = append(w.buf, '\n')
	w.buf = w.appendNames(w.buf)
	w.buf = append(w.buf, '\n')
	w.buf = append(w.buf, payload...)
}

func hostOf(req *http.Request) string {
	if req.Host != "" {
		return req.Host
	}

	return req.URL.Host
}

// appendNames writes the names of the signed headers.
func (w *scratch) appendNames(dst []byte) []byte {
	for i, h := range w.headers {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, w.lower[h.from:h.to]...)
	}

	return dst
}

// appendTrimmed writes a value without white space around it, and one space for
// each white space in it. As for the servers, white space is Unicode's.
func appendTrimmed(dst []byte, value string) []byte {
	if plain(value) {
		return append(dst, value...)
	}
	first := true
	for field := range strings.FieldsSeq(value) {
		if !first {
			dst = append(dst, ' ')
		}
		first = false
		dst = append(dst, field...)
	}

	return dst
}

// plain reports whether a value has nothing that could be trimmed.
func plain(value string) bool {
	space := true
	for i := range len(value) {
		c := value[i]
		if c < ' ' || c >= 0x7f || c == ' ' && space {
			return false
		}
		space = c == ' '
	}

	return !space || value == ""
}

// path writes the canonical path, and spells the URL's in the same way.
func (w *scratch) path(u *url.URL) {
	if u.Path == "" {
		u.Path = "/"
	}
	from := len(w.buf)
	w.buf = appendEscaped(w.buf, u.Path, true)
	encoded := w.buf[from:]
	switch {
	case string(encoded) == u.Path:
		u.RawPath = ""
	case string(encoded) != u.RawPath:
		u.RawPath = string(encoded)
	}
}
