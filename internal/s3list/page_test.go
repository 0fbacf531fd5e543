package s3list_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/s3list"
)

// Pages in the shape in which servers write them, and what is in them.
func TestPagesOfServers(t *testing.T) {
	files, err := filepath.Glob("testdata/pages/*.xml")
	if err != nil || len(files) < 6 {
		t.Fatalf("found %d pages: %v", len(files), err)
	}
	var page s3list.Page
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			err = page.Read(iotest.HalfReader(bytes.NewReader(data)), 0)
			golden.Equal(t, strings.TrimSuffix(file, ".xml")+".golden", describe(&page, err))
		})
	}
}

// describe writes a page for people.
func describe(page *s3list.Page, err error) []byte {
	var b bytes.Buffer
	if err != nil {
		fmt.Fprintln(&b, "error:", err)
		if said := (*s3list.Error)(nil); errors.As(err, &said) {
			fmt.Fprintf(&b, "%#v\n", *said)
		}
	}
	for _, e := range page.Entries {
		fmt.Fprintf(&b, "%q %d %s %s\n", e.Key, e.Size, e.ETag, e.Modified.Format(time.RFC3339Nano))
	}
	fmt.Fprintf(&b, "truncated %v, next %q, escapes %b, doubtful %v\n", page.Truncated, page.Next, page.Escapes, page.Doubtful)

	return b.Bytes()
}

const (
	head = `<ListBucketResult><IsTruncated>false</IsTruncated>`
	tail = `</ListBucketResult>`
)

// object is an object of a listing, with a key as it stands in XML.
func object(key string) string {
	return "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>"
}

// XML has many ways to say the same.
func TestSpellings(t *testing.T) {
	tests := map[string]struct{ in, key string }{
		"plain":                {in: head + object("k") + tail, key: "k"},
		"byte order mark":      {in: "\ufeff" + head + object("k") + tail, key: "k"},
		"white space first":    {in: " \n" + `<?xml version="1.0"?>` + head + object("k") + tail, key: "k"},
		"declaration":          {in: `<?xml version='1.0' encoding = "utf-8" standalone="yes" ?>` + "\n" + head + object("k") + tail, key: "k"},
		"style sheet":          {in: `<?xml-stylesheet href="x"?>` + head + object("k") + tail, key: "k"},
		"comments":             {in: "<!-- a -->" + head + "<!---->" + object("<!-- <x> -->k<!-- & -->l") + tail + "<!-- b -->\n", key: "kl"},
		"instructions":         {in: head + "<?php echo ?>" + object("k<?x?>l") + tail + "<?end?>", key: "kl"},
		"attributes":           {in: `<ListBucketResult a="1" b='"&lt;>' c = "é">` + head[18:] + object("k") + tail, key: "k"},
		"prefixes":             {in: `<s3:ListBucketResult xmlns:s3="x"><s3:IsTruncated>0</s3:IsTruncated><s3:Contents><s3:Size>1</s3:Size><s3:Key>k</s3:Key></s3:Contents></s3:ListBucketResult>`, key: "k"},
		"indented":             {in: "<ListBucketResult>\n\t<IsTruncated> true\r\n</IsTruncated>\n\t<Contents >\n\t<Size>\n1 </Size ><Key>k</Key\n>\n</Contents>\n</ListBucketResult>\n", key: "k"},
		"space is content":     {in: head + object(" k ") + tail, key: " k "},
		"references":           {in: head + object("&amp;&lt;&gt;&quot;&apos;&#38;&#x26;&#x1F6A2;") + tail, key: `&<>"'&&🚢`},
		"control characters":   {in: head + object("a&#x1;&#9;&#10;&#13;&#127;") + tail, key: "a\x01\t\n\r\x7f"},
		"line ends":            {in: head + object("a\r\nb\rc\nd\r&#10;") + tail, key: "a\nb\nc\nd\n\n"},
		"CDATA":                {in: head + object("a<![CDATA[<&amp;]]]>]<![CDATA[\r\n]]>") + tail, key: "a<&amp;]]\n"},
		"greater than":         {in: head + object("a>]]b") + tail, key: "a>]]b"},
		"not ASCII":            {in: head + object("Łódź 日") + tail, key: "Łódź 日"},
		"unknown elements":     {in: head + "<New><Contents><Key>x</Key></Contents>&lt;text<![CDATA[<]]><!-- < --><?p?><e/></New><Empty />" + object("k") + tail, key: "k"},
		"empty elements":       {in: "<ListBucketResult><Prefix/><CommonPrefixes/><NextContinuationToken/><EncodingType/><IsTruncated>False</IsTruncated><Contents><Key>k</Key><Size>1</Size><ETag/></Contents>" + tail, key: "k"},
		"no common prefix":     {in: head + "<CommonPrefixes><Prefix></Prefix><Other>x</Other></CommonPrefixes>" + object("k") + tail, key: "k"},
		"order of no matter":   {in: "<ListBucketResult>" + object("%2F") + "<EncodingType> URL </EncodingType><IsTruncated>true</IsTruncated>" + tail, key: "/"},
		"not encoded":          {in: head + object("%2F+") + tail, key: "%2F+"},
		"bytes":                {in: head + object("%ff%00%C3%28") + "<EncodingType>url</EncodingType>" + tail, key: "\xff\x00\xc3\x28"},
		"fewer keys announced": {in: head + "<KeyCount>0</KeyCount>" + object("k") + tail, key: "k"},
	}
	var page s3list.Page
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := page.Parse([]byte(test.in), 0); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]s3list.Entry{{Key: test.key, Size: 1}}, page.Entries); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// What is not a whole and clear listing is an error and has no entries.
func TestRefused(t *testing.T) {
	tests := map[string]struct{ in, says string }{
		"nothing":                {"", "no content"},
		"white space":            {" \n", "no content"},
		"only a declaration":     {`<?xml version="1.0"?>`, "no content"},
		"no XML":                 {"ok", "text where an element should be"},
		"a page of HTML":         {"<html><body>502</body></html>", `its root is "html"`},
		"another document":       {"<ListAllMyBucketsResult/>", "its root is"},
		"text first":             {"x" + head + tail, "text where"},
		"document type":          {"<!DOCTYPE html>" + head + tail, "does not have"},
		"two documents":          {head + tail + head + tail, "goes on behind its end"},
		"text behind":            {head + tail + "x", "text where"},
		"zero bytes behind":      {head + tail + "\x00", "text where"},
		"not truncated or not":   {"<ListBucketResult>" + tail, "does not say whether"},
		"odd truth":              {"<ListBucketResult><IsTruncated>maybe</IsTruncated>" + tail, `cannot read IsTruncated "maybe"`},
		"no truth":               {"<ListBucketResult><IsTruncated/>" + tail, "cannot read IsTruncated"},
		"said twice":             {head + "<IsTruncated>true</IsTruncated>" + tail, "IsTruncated occurs twice"},
		"two keys":               {head + "<Contents><Key>a</Key><Key>b</Key></Contents>" + tail, "Key occurs twice"},
		"no key":                 {head + "<Contents><Size>1</Size></Contents>" + tail, "object 1 of the listing has no key"},
		"empty key":              {head + object("") + tail, "has no key"},
		"no size":                {head + "<Contents><Key>k</Key></Contents>" + tail, `object "k" of the listing has no size`},
		"negative size":          {head + "<Contents><Key>k</Key><Size>-1</Size></Contents>" + tail, "cannot read Size"},
		"size with a sign":       {head + "<Contents><Size>+1</Size></Contents>" + tail, "cannot read Size"},
		"huge size":              {head + "<Contents><Size>9223372036854775808</Size></Contents>" + tail, "cannot read Size"},
		"empty size":             {head + "<Contents><Size> </Size></Contents>" + tail, "cannot read Size"},
		"odd time":               {head + "<Contents><LastModified>yesterday</LastModified></Contents>" + tail, "cannot read LastModified"},
		"impossible time":        {head + "<Contents><LastModified>2026-02-30T00:00:00Z</LastModified></Contents>" + tail, "cannot read LastModified"},
		"common prefixes":        {head + "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>" + tail, `behind the common prefix "a/"`},
		"fewer keys":             {head + "<KeyCount>2</KeyCount>" + object("k") + tail, "announces 2 keys and has 1"},
		"unknown encoding":       {head + "<EncodingType>base64</EncodingType>" + tail, "cannot read EncodingType"},
		"not encoded":            {head + object("100%") + "<EncodingType>url</EncodingType>" + tail, `and "100%" is not`},
		"half a code":            {head + object("%2") + "<EncodingType>url</EncodingType>" + tail, "is not"},
		"spaces in two ways":     {head + object("a+b%20c%2Bd") + "<EncodingType>url</EncodingType>" + tail, "both spaces and pluses"},
		"element in a key":       {head + object("a<b/>c") + tail, "an element in Key"},
		"text between":           {head + "x" + object("k") + tail, "text where"},
		"text in an object":      {head + "<Contents>x<Key>k</Key></Contents>" + tail, "text where"},
		"wrong end":              {head + "<Contents><Key>k</Size></Contents>" + tail, "Key is closed as Size"},
		"wrong prefix":           {"<a:ListBucketResult></b:ListBucketResult>", "closed as b:ListBucketResult"},
		"odd end tag":            {head + object("k") + "</ListBucketResult x>", "is not one"},
		"no name":                {head + "< Contents/>" + tail, "no name"},
		"two colons":             {head + "<a:b:c/>" + tail, "no name"},
		"attribute alone":        {head + "<X a/>" + tail, "has no value"},
		"attribute unquoted":     {head + "<X a=b/>" + tail, "has no quotes"},
		"attribute without end":  {head + `<X a="b></X>` + tail, "has no end"},
		"unknown reference":      {head + object("&nbsp;") + tail, `reference "nbsp"`},
		"reference without end":  {head + object("a & b") + tail, "has no end"},
		"reference to zero":      {head + object("&#0;") + tail, `reference "#0"`},
		"reference to half":      {head + object("&#xD800;") + tail, `reference "#xD800"`},
		"reference too large":    {head + object("&#x110000;") + tail, `reference "#x110000"`},
		"reference elsewhere":    {head + "<Owner>&x;</Owner>" + tail, `reference "x"`},
		"control character":      {head + object("a\x01") + tail, "0x1"},
		"no character":           {head + object("a\uffff") + tail, "U+FFFF"},
		"not UTF-8":              {head + object("a\xff") + tail, "not UTF-8"},
		"not UTF-8 elsewhere":    {head + "<Owner>\xff</Owner>" + tail, "not UTF-8"},
		"not UTF-8 in CDATA":     {head + object("<![CDATA[\xff]]>") + tail, "not UTF-8"},
		"end of CDATA":           {head + object("a]]>") + tail, "end of CDATA"},
		"CDATA without end":      {head + object("<![CDATA[a") + tail, "CDATA has no end"},
		"comment without end":    {head + "<!-- " + tail, "comment has no end"},
		"two hyphens":            {head + "<!-- -- -->" + tail, "two hyphens"},
		"instruction unfinished": {head + "<?x " + tail, "has no end"},
		"late declaration":       {head + `<?xml version="1.0"?>` + tail, "not at the beginning"},
		"XML 1.1":                {`<?xml version="1.1"?>` + head + tail, "version"},
		"another encoding":       {`<?xml version="1.0" encoding="UTF-16"?>` + head + tail, "in the encoding"},
		"odd declaration":        {`<?xml vision="1.0"?>` + head + tail, "declaration has a vision"},
		"odd standalone":         {`<?xml version="1.0" standalone="maybe"?>` + head + tail, "standalone"},
		"nested too deeply":      {head + strings.Repeat("<a>", 40), "too deeply"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page := s3list.Page{Entries: []s3list.Entry{{Key: "old"}}, Truncated: true, Next: "old"}
			err := page.Parse([]byte(test.in), 0)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got error %v, want %q", err, test.says)
			}
			if len(page.Entries) > 0 || page.Truncated || page.Next != "" {
				t.Errorf("refused, and still %+v", page.Entries)
			}
		})
	}
}

// A page that is cut anywhere is an error.
func TestCut(t *testing.T) {
	data, err := os.ReadFile("testdata/pages/minio.xml")
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.TrimSpace(data)
	var page s3list.Page
	if err := page.Parse(data, 0); err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if err := page.Parse(data[:n], 0); err == nil || len(page.Entries) > 0 {
			t.Fatalf("the first %d of %d bytes are taken for a page", n, len(data))
		}
	}
	if err := page.Read(iotest.TimeoutReader(bytes.NewReader(data)), 0); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a broken body gives %v", err)
	}
}

// A body that does not end is not read for ever.
func TestTooLong(t *testing.T) {
	var page s3list.Page
	if err := page.Read(endless{}, 0); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}

	return len(p), nil
}

// What a plus is, is found out from other keys, of the page or of earlier ones.
func TestPlus(t *testing.T) {
	const space, plus = s3list.SpaceEscaped, s3list.PlusEscaped
	tests := map[string]struct {
		keys     []string
		known    s3list.Escapes
		want     []string
		escapes  s3list.Escapes
		doubtful bool
	}{
		"no plus":                {keys: []string{"a", "b"}, want: []string{"a", "b"}},
		"no evidence":            {keys: []string{"a+b"}, want: []string{"a b"}, doubtful: true},
		"plus is escaped":        {keys: []string{"a+b", "a%2bb"}, want: []string{"a b", "a+b"}, escapes: plus},
		"space is escaped":       {keys: []string{"a+b", "a%20b"}, want: []string{"a+b", "a b"}, escapes: space},
		"evidence of before":     {keys: []string{"a+b"}, known: space, want: []string{"a+b"}, escapes: space},
		"the other way":          {keys: []string{"a+b"}, known: plus, want: []string{"a b"}, escapes: plus},
		"both and no plus":       {keys: []string{"a%20b", "a%2Bb"}, want: []string{"a b", "a+b"}, escapes: plus | space},
		"learned without a plus": {keys: []string{"a%20b"}, known: plus, want: []string{"a b"}, escapes: plus | space},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			doc := head + "<EncodingType>url</EncodingType>"
			for _, key := range test.keys {
				doc += object(key)
			}
			var page s3list.Page
			if err := page.Parse([]byte(doc+tail), test.known); err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, entry := range page.Entries {
				keys = append(keys, entry.Key)
			}
			if diff := cmp.Diff(test.want, keys); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if page.Escapes != test.escapes || page.Doubtful != test.doubtful {
				t.Errorf("escapes %b, doubtful %v", page.Escapes, page.Doubtful)
			}
		})
	}
}

// Times come with any fraction and any zone, on any day.
func TestTimes(t *testing.T) {
	for in, want := range map[string]time.Time{
		"2026-11-21T05:02:50.949Z":       time.Date(2026, 11, 21, 5, 2, 50, 949e6, time.UTC),
		"2026-11-21T05:02:50Z":           time.Date(2026, 11, 21, 5, 2, 50, 0, time.UTC),
		"2026-11-21T05:02:50.123456789Z": time.Date(2026, 11, 21, 5, 2, 50, 123456789, time.UTC),
		"2024-02-29T23:59:59.5Z":         time.Date(2024, 2, 29, 23, 59, 59, 5e8, time.UTC),
		"2026-11-21T07:02:50.9+02:00":    time.Date(2026, 11, 21, 5, 2, 50, 9e8, time.UTC),
	} {
		var page s3list.Page
		doc := head + "<Contents><Key>k</Key><Size>1</Size><LastModified> " + in + "\n</LastModified></Contents>" + tail
		if err := page.Parse([]byte(doc), 0); err != nil {
			t.Error(err)
		} else if got := page.Entries[0].Modified; !got.Equal(want) {
			t.Errorf("%q is %v, want %v", in, got, want)
		}
	}
}

// Strings of a page outlive it.
func TestStringsStay(t *testing.T) {
	var page s3list.Page
	read := func(key string) string {
		if err := page.Read(strings.NewReader(head+object(key)+tail), 0); err != nil {
			t.Fatal(err)
		}

		return page.Entries[0].Key
	}
	if first, second := read("first"), read("other"); first != "first" || second != "other" {
		t.Errorf("got %q and %q", first, second)
	}
}

// An error document is a typed error.
func TestParseError(t *testing.T) {
	doc := `<?xml version="1.0"?><Error><Code> SlowDown </Code><Message>a &amp; b</Message><Resource>/b</Resource><RequestId>1</RequestId><X>y</X></Error>`
	want := &s3list.Error{Code: "SlowDown", Message: "a & b", Resource: "/b", RequestID: "1"}
	got, err := s3list.ParseError([]byte(doc))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	var page s3list.Page
	said := (*s3list.Error)(nil)
	if err := page.Parse([]byte(doc), 0); !errors.As(err, &said) || *said != *want {
		t.Errorf("a page is %v", err)
	}
	for _, bad := range []string{"", "busy", "<html/>", "<Error><Code>x", "<Error/>x", head + tail} {
		if got, err := s3list.ParseError([]byte(bad)); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}
