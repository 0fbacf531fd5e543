package s3list_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/helm-ferry/ferry/internal/s3list"
)

// FuzzParse compares with encoding/xml. Both read the same, or both refuse, but for
// what the guide of the package names: references to characters outside of XML, which
// only Parse reads, and odd spellings, which only encoding/xml reads.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/pages/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatalf("found %d pages: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("\ufeff<?xml version='1.0'?><!--x--><a:ListBucketResult a:b='&lt;'><a:IsTruncated>1</a:IsTruncated><x/></a:ListBucketResult>"))
	f.Add([]byte(head + object("a<![CDATA[<]]>&#x41;\r\n") + "<CommonPrefixes/><KeyCount>1</KeyCount>" + tail))
	f.Fuzz(func(t *testing.T, data []byte) { compare(t, data) })
}

func compare(t *testing.T, data []byte) {
	t.Helper()
	var page s3list.Page
	err := page.Parse(data, 0)
	want, refused := oracle(data)
	switch {
	case err != nil && refused != nil:
	case err != nil:
		if !odd(data) {
			t.Fatalf("refused %q: %v\nencoding/xml reads %+v", data, err, want)
		}
	case refused != nil:
		if !beyond(data) {
			t.Fatalf("read %q as %+v\nencoding/xml refuses: %v", data, page.Entries, refused)
		}
	default:
		got := listing{Entries: page.Entries, Truncated: page.Truncated, Next: page.Next}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", data, diff)
		}
	}
}

// odd finds what Parse may refuse and encoding/xml does not: references and CDATA
// where only elements should be, long references, declarations and names that are
// unusual.
func odd(data []byte) bool {
	return oddities.Match(data) || strings.ContainsFunc(string(data), func(r rune) bool { return r >= utf8.RuneSelf })
}

var oddities = regexp.MustCompile(`&|<!\[|<\?|:`)

// beyond reports whether there are references to characters that XML does not have.
func beyond(data []byte) bool {
	for _, match := range references.FindAllSubmatch(data, -1) {
		digits, base := strings.TrimPrefix(string(match[1]), "x"), 10
		if len(digits) < len(match[1]) {
			base = 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if err == nil && (n < 0x20 && n != '\t' && n != '\n' && n != '\r' || n == 0xfffe || n == 0xffff) {
			return true
		}
	}

	return false
}

var references = regexp.MustCompile(`&#(x[0-9a-fA-F]+|[0-9]+);`)
