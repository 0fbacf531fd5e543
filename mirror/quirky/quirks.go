package quirky

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Quirks are the ways in which a server falls short of the S3 reference. The zero
// value falls short in none.
type Quirks struct {
	Listing Listing
	Reads   Reads
	Writes  Writes
	Keys    Keys
	ETags   ETags
	// Lacks are the operations that are answered with 501. "ObjectTagging" is all
	// three of GetObjectTagging, PutObjectTagging and DeleteObjectTagging.
	Lacks []string
	// KeepsTimes has X-Minio-Source-Mtime decide when an object was written.
	KeepsTimes bool
}

// Listing is how listings are wrong.
type Listing struct {
	PageSize     int      // keys per page at most, which is no fault; default 1000
	Unordered    bool     // neighbours on a page are swapped
	EndsAfter    int      // after so many keys of a bucket a listing says it has ended, unless it began behind that
	EndsEmpty    bool     // the page on which it does has no keys
	EmptyPages   bool     // every page with keys comes after one without, which is no fault
	RepeatsToken bool     // the token of every page is that of the first
	NoToken      bool     // a truncated page has no token
	Inclusive    bool     // start-after begins with its key
	OneMore      bool     // a page has a key more than was asked for
	Ghosts       []string // listed, and not there when they are read
}

// Reads is how reads are wrong.
type Reads struct {
	NoParts       bool // partNumber is ignored
	WrongHeadPart bool // a HEAD with partNumber describes the whole object as if it were the part
	NoConditions  bool // If-Match is ignored
}

// Writes is how writes are wrong.
type Writes struct {
	TaggingRefused   bool          // X-Amz-Tagging is an error
	ChecksumsRefused bool          // X-Amz-Checksum-* and X-Amz-Sdk-Checksum-Algorithm are errors
	ErrorsIn200      int           // so many times in all, CompleteMultipartUpload and CopyObject answer 200 with an error, having done nothing
	SlowComplete     time.Duration // how long CompleteMultipartUpload takes to answer after it has taken effect
	LostComplete     bool          // CompleteMultipartUpload takes effect and answers 504
	NoConditions     bool          // If-Match and If-None-Match are ignored
	NoDigest         bool          // Content-MD5 is ignored
	KeepsTruncated   bool          // what came of a body that broke off becomes the object, unless Content-MD5 came with it
	MinPart          int64         // smallest part but the last
}

// Keys is which keys cannot be told apart.
type Keys struct {
	NFC     bool // keys are brought into the normal form C of Unicode
	Folders bool // a and a/b exclude each other
	Max     int  // the longest key, in bytes; default 1024
}

// ETags is what ETags look like.
type ETags string

// The kinds of ETags.
const (
	ETagsPlain    ETags = ""         // the MD5 in quotes, as in the reference
	ETagsOpaque   ETags = "opaque"   // nothing that a client could compute
	ETagsUpper    ETags = "upper"    // upper case
	ETagsUnquoted ETags = "unquoted" // without quotes
	ETagsWeak     ETags = "weak"     // with W/ before them
)

// spell is how the server writes an ETag.
func (e ETags) spell(tag string) string {
	switch e {
	case ETagsUpper:
		return `"` + strings.ToUpper(tag) + `"`
	case ETagsUnquoted:
		return tag
	case ETagsWeak:
		return `W/"` + tag + `"`
	default:
		return `"` + tag + `"`
	}
}

// lacks reports whether an operation is not implemented.
func (q Quirks) lacks(op string) bool {
	return slices.ContainsFunc(q.Lacks, func(name string) bool {
		return op == name || slices.Contains([]string{"Get" + name, "Put" + name, "Delete" + name}, op)
	})
}

func (l Listing) pageSize() int {
	if l.PageSize > 0 {
		return l.PageSize
	}

	return 1000
}

// key is how a key is stored.
func (k Keys) key(key string) (string, *apiError) {
	if k.NFC {
		key = norm.NFC.String(key)
	}
	limit := 1024
	if k.Max > 0 {
		limit = k.Max
	}
	if len(key) > limit {
		return "", errKeyLong
	}

	return key, nil
}

// folders refuses a key that another excludes.
func (k Keys) folders(b *bucket, key string) *apiError {
	if !k.Folders {
		return nil
	}
	for i := range len(key) {
		if key[i] == '/' && i > 0 && b.get(key[:i]) != nil {
			return errParent
		}
	}
	below, taken := strings.TrimSuffix(key, "/")+"/", false
	b.scan(below, func(r *record) bool {
		taken = strings.HasPrefix(r.key, below) && r.key != key

		return false
	})
	if taken {
		return errFolder
	}

	return nil
}
