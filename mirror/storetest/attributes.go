package storetest

import (
	"crypto/md5"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
)

func (s *suite) attributes() {
	want := mirror.Attributes{
		Headers: map[string]string{
			"cache-control":       "max-age=60, public",
			"content-disposition": `attachment; filename="a b.csv"`,
			"content-encoding":    "gzip",
			"content-language":    "de, pl",
			"content-type":        "text/csv; charset=utf-8",
			"expires":             "Thu, 01 Dec 1994 16:00:00 GMT",
		},
		Metadata: map[string]string{"owner": "ilum", "long-name": "a  b"},
	}
	want.Metadata["long-name"] = "a b"
	if s.lacks.AnyExpires {
		delete(want.Headers, "expires")
	}
	s.put("k", "content", want)
	obj, err := s.Stat(s.Context(), s.bucket, "k")
	if err != nil {
		s.Fatal(err)
	}
	s.same("missing from the description", want.Missing(obj.Attributes), []string{})
	got, content := s.get("k", mirror.Selection{})
	s.same("missing from the read", want.Missing(got.Attributes), []string{})
	s.same("content", content, "content")
}

// oddAttributes writes what is legal and seldom.
func (s *suite) oddAttributes() {
	want := mirror.Attributes{
		Headers:  map[string]string{"content-type": "x"},
		Metadata: map[string]string{},
	}
	if !s.lacks.Expires && !s.lacks.AnyExpires {
		want.Headers["expires"] = "0"
	}
	if !s.lacks.NonASCII {
		want.Metadata["city"] = "Łódź"
	}
	s.put("k", "content", want)
	obj, err := s.Stat(s.Context(), s.bucket, "k")
	if err != nil {
		s.Fatal(err)
	}
	s.same("missing", want.Missing(obj.Attributes), []string{})
	if _, content := s.get("k", mirror.Selection{}); content != "content" {
		s.Errorf("read %q", content)
	}
}

func (s *suite) tags() {
	want := map[string]string{"team": "data: more", "a+b": "c/d=e"}
	s.put("k", "content", mirror.Attributes{Tags: want})
	obj, err := s.Stat(s.Context(), s.bucket, "k")
	if err != nil {
		s.Fatal(err)
	}
	s.same("tags", obj.Tags, want)
	s.put("plain", "content", mirror.Attributes{})
	if obj, err = s.Stat(s.Context(), s.bucket, "plain"); err != nil || len(obj.Tags) > 0 {
		s.Errorf("an object without tags has %v, error %v", obj.Tags, err)
	}
}

// tagCount demands that a read says how many tags there are, or that it does not know.
func (s *suite) tagCount() {
	want := map[string]string{"deck": "2", "hold": "a"}
	s.put("tagged", "content", mirror.Attributes{Tags: want})
	s.put("plain", "content", mirror.Attributes{})
	for key, want := range map[string]map[string]string{"tagged": want, "plain": nil} {
		obj, _ := s.get(key, mirror.Selection{})
		if obj.TagCount != len(want) && obj.TagCount != mirror.UnknownTags {
			s.Errorf("%s: a read counts %d tags", key, obj.TagCount)
		}
		tags, err := s.Tags(s.Context(), s.bucket, key)
		if err != nil {
			s.Error(err)
		}
		s.same("tags of "+key, tags, want)
		if obj, err = s.Stat(s.Context(), s.bucket, key); err != nil || obj.TagCount != len(want) {
			s.Errorf("%s: a description counts %d tags, error %v", key, obj.TagCount, err)
		}
	}
	_, err := s.Tags(s.Context(), s.bucket, "missing")
	s.fails(err, mirror.ErrNoObject)
}

// Keys are names that stores mix up or refuse. Two are of 1024 bytes, the most that S3 has, and of one more.
func Keys() []string {
	keys := []string{
		"plain", "sp ace", "pl+us", "per%cent", "per%2Fcent", "am&per;sand", "qu?ery", "ha#sh", `quo"te`, "apo's",
		"double//slash", "/leading", "trailing/", "../up", "a/../b", "./here", "a/./b", "dots..", "..", `back\slash`,
		"\u00e9-nfc", "e\u0301-nfd", "\u65e5\u672c", "\U0001f6a2", "tab\there", "line\nfeed", "bell\a", "del\x7f",
		strings.Repeat("long/", 200) + "end", strings.Repeat(strings.Repeat("z", 127)+"/", 7) + strings.Repeat("z", 128),
		strings.Repeat(strings.Repeat("z", 127)+"/", 7) + strings.Repeat("z", 129),
		strings.Repeat("x", 255), "seg/" + strings.Repeat("y", 300),
		"not utf-8 \xff", "cut \xe6\x97", "overlong \xc0\xaf", "surrogate \xed\xa0\x80", "\ufeffmark", "right\u202eleft",
	}
	for c := byte(1); c < 0x80; c++ {
		keys = append(keys, "byte "+string(rune(c))+" within")
	}

	return keys
}

// keys demands of each key that it is held exactly or refused clearly. What is
// mixed up with another key is left to the engine, which looks after it.
func (s *suite) keys() {
	for _, key := range Keys() {
		if err := s.try(key); err != nil {
			s.Logf("refused %q: %v", key, err)

			continue
		}
		listed := s.listed(mirror.Cursor{Prefix: key})
		if len(listed) == 0 || listed[0] != key {
			s.Logf("mixed up %q", key)
			if err := s.Remove(s.Context(), s.bucket, key); err != nil {
				s.Error(err)
			}

			continue
		}
		if _, got := s.get(key, mirror.Selection{}); got != key {
			s.Errorf("%q holds %q", key, got)
		}
	}
}

func (s *suite) overlap() {
	s.put("a", "one", mirror.Attributes{})
	err := s.try("a/b")
	s.overlaps(err)
	s.put("c/d", "one", mirror.Attributes{})
	err = s.try("c")
	s.overlaps(err)
}

// overlaps looks at the write of a key that is the folder of another, or lies in one.
func (s *suite) overlaps(err error) {
	s.Helper()
	switch {
	case !s.lacks.Overlap:
		if err != nil {
			s.Error(err)
		}
	case !s.lacks.Reasons:
		s.fails(err, mirror.ErrKeyRefused)
	case err == nil:
		s.Error("a key was taken that cannot be held")
	}
}

// try writes an object that holds its own key.
func (s *suite) try(key string) error {
	_, err := s.Put(s.Context(), s.bucket, key, mirror.PutRequest{
		Body: strings.NewReader(key), Size: int64(len(key)), MD5: md5.Sum([]byte(key)),
	})

	return err
}
