package revision

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
	"testing"
)

func packed(text string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return []byte(base64.StdEncoding.EncodeToString(out.Bytes()))
}

func plain(text string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(text))) }

const small = `{"name":"shop","version":3,"info":{"status":"deployed"},"manifest":"---\n","chart":{"big":[1,2]}}`

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct {
		data []byte
		want string // in the error
	}{
		"packed":             {packed(small), ""},
		"not packed":         {plain(small), ""},
		"nothing":            {nil, "JSON"},
		"no base64":          {[]byte("***"), "base64"},
		"no JSON":            {packed("---"), "JSON"},
		"cut":                {packed(small)[:40], "unpack"},
		"another object":     {packed(`{"kind":"Secret"}`), "no release"},
		"no number":          {packed(`{"name":"shop","info":{"status":"deployed"}}`), "no release"},
		"a bomb":             {packed(small + strings.Repeat(" ", maxSize)), "more than"},
		"another type of it": {packed(`{"name":7}`), "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Decode(test.data)
			if test.want == "" {
				if err != nil || r.Number != 3 || r.Release != "shop" || r.Status != "deployed" || r.Manifest != "---\n" {
					t.Errorf("%+v, %v", r, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// Whatever a record holds: it is a revision with a name, a number and a status, or an error.
func FuzzDecode(f *testing.F) {
	f.Add(packed(small))
	f.Add(plain(small))
	f.Add([]byte("***"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(data)
		if (r == nil) == (err == nil) {
			t.Fatalf("%v, %v", r, err)
		}
		if r != nil && (r.Release == "" || r.Number < 1 || r.Status == "") {
			t.Fatalf("%+v", r)
		}
	})
}
