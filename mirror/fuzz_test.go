package mirror

import (
	"net/http"
	"testing"
	"time"
)

// Attributes survive whatever a server writes into its headers.
func FuzzAttributesOf(f *testing.F) {
	f.Add("Expires", "0", "city", "=?UTF-8?B?xYE=?=")
	f.Add("Content-Encoding", "aws-chunked,,gzip", "", "Łódź")
	f.Add("X-Amz-Meta-", "=?x?q?", "a b", "\x00")
	f.Fuzz(func(t *testing.T, name, value, metaName, metaValue string) {
		h := http.Header{http.CanonicalHeaderKey(name): {value}}
		h["X-Amz-Meta-"+metaName] = []string{metaValue}
		attrs := AttributesOf(h)
		if missing := attrs.Missing(attrs); len(missing) > 0 {
			t.Errorf("attributes differ from themselves in %v", missing)
		}
		if metaName != "" && attrs.Headers["x-amz-meta-"+metaName] != "" {
			t.Error("user metadata counts as a header")
		}
	})
}

// Globs are taken or refused, and do not change what they cover by being read.
func FuzzGlob(f *testing.F) {
	f.Add("**/a*?/", "b/a1/c")
	f.Add("\\E.*", "\\E.x")
	f.Fuzz(func(t *testing.T, glob, key string) {
		include, err := newFilter([]string{glob}, nil)
		if err != nil {
			return
		}
		exclude, err := newFilter(nil, []string{glob})
		if err != nil {
			t.Fatal(err)
		}
		if include.keeps(key) == exclude.keeps(key) {
			t.Errorf("%q both covers and does not cover %q", glob, key)
		}
	})
}

// A block of the past is read back as it was written, or is refused.
func FuzzFacts(f *testing.F) {
	for _, facts := range [][]fact{{}, {{key: "a"}}, {{key: "b\x00", present: true, size: 3, etag: "x-2", modified: time.Unix(5, 6)}}} {
		block, err := encodeFacts(facts)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(block)
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		var facts []fact
		if decodeFacts(block, func(read fact) { facts = append(facts, read) }) != nil {
			return
		}
		again, err := encodeFacts(facts)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = decodeFacts(again, func(read fact) {
			if read.key != facts[n].key || !read.same(facts[n]) {
				t.Errorf("%+v is read back as %+v", facts[n], read)
			}
			n++
		})
		if err != nil || n != len(facts) {
			t.Errorf("%d of %d facts are read back: %v", n, len(facts), err)
		}
	})
}
