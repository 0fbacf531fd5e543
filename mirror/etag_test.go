package mirror

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"testing"
)

const plainTag = "9a0364b9e99bb480dd25e1f0284c8555"

func TestParseETag(t *testing.T) {
	tests := map[string]struct {
		in    string
		want  ETag
		md5   bool
		parts int
	}{
		"plain":            {plainTag, plainTag, true, 0},
		"quoted":           {`"` + plainTag + `"`, plainTag, true, 0},
		"weak":             {`W/"` + plainTag + `"`, plainTag, true, 0},
		"upper case":       {strings.ToUpper(plainTag), plainTag, true, 0},
		"parts":            {`"` + plainTag + `-12"`, plainTag + "-12", false, 12},
		"upper case parts": {strings.ToUpper(plainTag) + "-3", plainTag + "-3", false, 3},
		"most parts":       {plainTag + "-10000", plainTag + "-10000", false, 10000},
		"too many parts":   {plainTag + "-10001", plainTag + "-10001", false, 0},
		"no parts":         {plainTag + "-0", plainTag + "-0", false, 0},
		"signed parts":     {plainTag + "-+1", plainTag + "-+1", false, 0},
		"zero ahead":       {plainTag + "-01", plainTag + "-01", false, 0},
		"opaque":           {`"Opaque-7"`, "Opaque-7", false, 0},
		"opaque, 32 long":  {strings.Repeat("Z", 32), ETag(strings.Repeat("Z", 32)), false, 0},
		"empty":            {`""`, "", false, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := ParseETag(test.in)
			if got != test.want || (got.MD5() != nil) != test.md5 || got.Parts() != test.parts {
				t.Errorf("got %q, MD5 %x, %d parts", got, got.MD5(), got.Parts())
			}
		})
	}
}

func TestSameETag(t *testing.T) {
	if ETag("").Same("") {
		t.Error("two unknown tags count as the same")
	}
	if !ETag(plainTag).Same(ParseETag(`"` + plainTag + `"`)) {
		t.Error("spelling makes a difference")
	}
}

func TestCompositeTag(t *testing.T) {
	a, b := md5.Sum([]byte("a")), md5.Sum([]byte("b"))
	whole := md5.Sum(append(a[:], b[:]...))
	if got, want := compositeTag(append(a[:], b[:]...)), ETag(hex.EncodeToString(whole[:])+"-2"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzParseETag(f *testing.F) {
	for _, seed := range []string{plainTag, `W/"` + plainTag + `-2"`, `"`, "W/", "-", "--1", plainTag + "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag := ParseETag(s)
		if ParseETag(`"`+s+`"`) != tag && !strings.ContainsAny(s, "\"W") && strings.TrimSpace(s) == s {
			t.Errorf("%q in quotes is another tag than without", s)
		}
		if tag.MD5() != nil && tag.Parts() > 0 {
			t.Errorf("%q is both kinds", tag)
		}
		if sum := tag.MD5(); sum != nil && md5Tag(sum) != tag {
			t.Errorf("%q does not survive its digest", tag)
		}
	})
}
