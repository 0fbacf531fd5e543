package storetest

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/helm-ferry/ferry/mirror"
)

// Lacks names what a store is known not to have.
type Lacks struct {
	Expires    bool // keeps no Expires header that is not a date
	NonASCII   bool // refuses or changes user metadata beyond ASCII
	Overlap    bool // cannot hold both a and a/b
	Reasons    bool // does not say that it is the key which it cannot hold
	Parts      bool // forgets the parts of an object: asked for one, it returns all
	AnyExpires bool // keeps no Expires header at all
	Times      bool // objects have the times of their writes, whatever was asked
	Conditions bool // ignores the conditions of writes
	Uploads    bool // does not list the uploads that are under way

	Versions    bool     // keeps no versions
	VersionIDs  bool     // gives versions ids of its own, whatever was asked
	BareMarkers bool     // writes no delete marker where there is no object to hide
	Lock        bool     // holds neither retention nor legal hold
	Settings    []string // settings that it does not know
}

// Run runs the suite over a store. Each test has a bucket of its own.
func Run(t *testing.T, store mirror.Store, lacks Lacks) {
	for name, test := range map[string]func(*suite){
		"buckets":             (*suite).buckets,
		"missing bucket":      (*suite).missingBucket,
		"missing object":      (*suite).missingObject,
		"listing":             (*suite).listing,
		"cursor":              (*suite).cursor,
		"empty object":        (*suite).emptyObject,
		"read under a tag":    (*suite).readUnderTag,
		"attributes":          (*suite).attributes,
		"odd attributes":      (*suite).oddAttributes,
		"tags":                (*suite).tags,
		"tag count":           (*suite).tagCount,
		"filing":              (*suite).filing,
		"unknown class":       (*suite).unknownClass,
		"version ids":         (*suite).versionIDs,
		"write where nothing": (*suite).writeIfAbsent,
		"write over a tag":    (*suite).writeIfMatch,
		"resume":              (*suite).resume,
		"resume nothing":      (*suite).resumeNothing,
		"uploads":             (*suite).uploads,
		"parallel parts":      (*suite).parallelParts,
		"wrong digest":        (*suite).wrongDigest,
		"short body":          (*suite).shortBody,
		"failing body":        (*suite).failingBody,
		"parts":               (*suite).parts,
		"one part":            (*suite).onePart,
		"abort":               (*suite).abort,
		"upload stays hidden": (*suite).hidden,
		"remove":              (*suite).remove,
		"keys are bytes":      (*suite).keys,
		"overlapping keys":    (*suite).overlap,
		"ended context":       (*suite).ended,
		"versions":            (*suite).versions,
		"version pages":       (*suite).versionPages,
		"delete markers":      (*suite).markers,
		"locks":               (*suite).locks,
		"settings":            (*suite).settings,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suite{T: t, Store: store, lacks: lacks, bucket: bucketName(t)}
			if err := store.CreateBucket(t.Context(), s.bucket, mirror.BucketRequest{}); err != nil {
				t.Fatal(err)
			}
			test(s)
		})
	}
}

// suite is one test on one bucket.
type suite struct {
	*testing.T
	mirror.Store
	lacks  Lacks
	bucket string
}

func bucketName(t *testing.T) string {
	sum := md5.Sum([]byte(t.Name()))

	return fmt.Sprintf("storetest-%x", sum[:8])
}

func (s *suite) put(key, content string, attrs mirror.Attributes) mirror.ETag {
	s.Helper()
	sum := md5.Sum([]byte(content))
	etag, err := s.Put(s.Context(), s.bucket, key, mirror.PutRequest{
		Body: strings.NewReader(content), Size: int64(len(content)), MD5: sum, Attributes: attrs,
	})
	if err != nil {
		s.Fatal(err)
	}

	return etag
}

func (s *suite) get(key string, sel mirror.Selection) (mirror.Object, string) {
	s.Helper()
	obj, body, err := s.Get(s.Context(), s.bucket, key, sel)
	if err != nil {
		s.Fatal(err)
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err != nil {
		s.Fatal(err)
	}

	return obj, string(content)
}

func (s *suite) absent(key string) {
	s.Helper()
	if _, err := s.Stat(s.Context(), s.bucket, key); !errors.Is(err, mirror.ErrNoObject) {
		s.Errorf("describing %q gave %v, want ErrNoObject", key, err)
	}
}

func (s *suite) listed(from mirror.Cursor) []string {
	s.Helper()
	page, err := s.List(s.Context(), s.bucket, from)
	if err != nil {
		s.Fatal(err)
	}
	keys := []string{}
	for _, entry := range page.Entries {
		keys = append(keys, entry.Key)
	}

	return keys
}

func (s *suite) same(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (s *suite) fails(err error, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("got error %v, want %v", err, want)
	}
}

func content(size int) string { return string(bytes.Repeat([]byte("ferry "), size/6+1)[:size]) }
