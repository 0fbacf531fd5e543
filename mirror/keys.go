package mirror

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// delicate reports whether stores that keep objects as files, or proxies on the
// way, are known to take the key for another one: empty, "." and ".." segments, a
// slash at either end, a backslash, control characters, text that is not UTF-8 in
// normal form C.
func delicate(key string) bool {
	for i := range len(key) {
		if c := key[i]; c < ' ' || c == 0x7f || c == '\\' {
			return true
		}
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return true
		}
	}

	return !utf8.ValidString(key) || !norm.NFC.IsNormalString(key)
}
