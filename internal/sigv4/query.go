package sigv4

import (
	"net/url"
	"slices"
	"strings"
)

const hexDigits = "0123456789ABCDEF"

// AppendQuery appends a parameter in canonical form, after an ampersand unless it is
// the first. A query whose parameters come in the order of their names is canonical.
func AppendQuery(dst []byte, name, value string) []byte {
	if len(dst) > 0 {
		dst = append(dst, '&')
	}
	dst = appendEscaped(dst, name, false)
	dst = append(dst, '=')

	return appendEscaped(dst, value, false)
}

// appendEscaped writes every byte that is not unreserved as a percent sign and two
// digits.
func appendEscaped(dst []byte, s string, keepSlash bool) []byte {
	for i := range len(s) {
		c := s[i]
		if unreserved[c] || keepSlash && c == '/' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}

	return dst
}

var unreserved = func() (table [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		table[c] = true
	}

	return table
}()

// pair is a parameter in canonical form.
type pair struct{ name, value string }

func (p pair) compare(other pair) int {
	if p.name != other.name {
		return strings.Compare(p.name, other.name)
	}

	return strings.Compare(p.value, other.value)
}

// query writes the canonical query, and spells the URL's in the same way.
func (w *scratch) query(u *url.URL) {
	u.ForceQuery = false
	if isCanonical(u.RawQuery) {
		w.buf = append(w.buf, u.RawQuery...)

		return
	}
	for text := range strings.SplitSeq(u.RawQuery, "&") {
		if text == "" {
			continue
		}
		name, value, _ := strings.Cut(text, "=")
		w.pairs = append(w.pairs, pair{name: respelled(name), value: respelled(value)})
	}
	slices.SortFunc(w.pairs, pair.compare)
	from := len(w.buf)
	for i, p := range w.pairs {
		if i > 0 {
			w.buf = append(w.buf, '&')
		}
		w.buf = append(append(append(w.buf, p.name...), '='), p.value...)
	}
	u.RawQuery = string(w.buf[from:])
}

// isCanonical reports whether a query is as it should be. It compares the names in
// their encoded form, as AWS sorts them.
func isCanonical(query string) bool {
	if query == "" {
		return true
	}
	var last pair
	for text := range strings.SplitSeq(query, "&") {
		name, value, found := strings.Cut(text, "=")
		p := pair{name: name, value: value}
		if !found || !isEscaped(name) || !isEscaped(value) || last.compare(p) > 0 {
			return false
		}
		last = p
	}

	return true
}

// isEscaped reports whether s is what appendEscaped writes.
func isEscaped(s string) bool {
	for i := 0; i < len(s); i++ {
		if unreserved[s[i]] {
			continue
		}
		c, ok := unescape(s[i:])
		if !ok || unreserved[c] || s[i+1] >= 'a' || s[i+2] >= 'a' {
			return false
		}
		i += 2
	}

	return true
}

// respelled decodes a part of a query and encodes it again. A plus is a space; a
// percent sign that begins no code stands for itself.
func respelled(s string) string {
	var decoded []byte
	for i := 0; i < len(s); i++ {
		c, ok := unescape(s[i:])
		switch {
		case ok:
			i += 2
		case s[i] == '+':
			c = ' '
		default:
			c = s[i]
		}
		decoded = append(decoded, c)
	}

	return string(appendEscaped(nil, string(decoded), false))
}

// unescape decodes the code at the beginning of s.
func unescape(s string) (c byte, ok bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, low := digit(s[1]), digit(s[2])

	return high<<4 | low, high < 16 && low < 16
}

func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	default:
		return 16
	}
}
