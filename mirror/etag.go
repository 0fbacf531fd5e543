package mirror

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
	"strings"
)

// maxParts is the number of parts that S3 allows.
const maxParts = 10_000

// ETag is an entity tag without its quotes. Make one from foreign text with
// ParseETag.
type ETag string

// ParseETag takes an entity tag as servers spell it: quoted or not, weak or not,
// its digest in any case.
func ParseETag(s string) ETag {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(s, "W/")
	s = strings.Trim(s, `"`)
	if tag := ETag(strings.ToLower(s)); tag.MD5() != nil || tag.Parts() > 0 {
		return tag
	}

	return ETag(s)
}

// MD5 returns the digest that the tag of an object written in one piece is, or
// nil when the tag does not look like one.
func (e ETag) MD5() []byte {
	if len(e) != 2*md5.Size {
		return nil
	}
	sum, err := hex.DecodeString(string(e))
	if err != nil {
		return nil
	}

	return sum
}

// Parts returns the number of parts that the tag of an object written in parts
// names, or 0.
func (e ETag) Parts() int {
	digest, count, ok := strings.Cut(string(e), "-")
	if !ok || ETag(digest).MD5() == nil || strings.HasPrefix(count, "0") {
		return 0
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxParts || strings.HasPrefix(count, "+") {
		return 0
	}

	return n
}

// Same reports whether both tags are known and equal.
func (e ETag) Same(other ETag) bool { return e != "" && e == other }

// md5Tag is the tag of an object written in one piece.
func md5Tag(sum []byte) ETag { return ETag(hex.EncodeToString(sum)) }

// compositeTag is the tag of an object written in parts with these MD5 sums, one
// after the other.
func compositeTag(sums []byte) ETag {
	whole := md5.Sum(sums)

	return ETag(hex.EncodeToString(whole[:]) + "-" + strconv.Itoa(len(sums)/md5.Size))
}
