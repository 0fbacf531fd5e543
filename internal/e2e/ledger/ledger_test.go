package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/e2e/ledger"
)

func Example() {
	l := ledger.New()
	err := l.Read(strings.NewReader(`{"n":1,"key":"a","op":"put","md5":"11","state":"begun"}
{"n":1,"key":"a","op":"put","md5":"11","state":"acked"}
`))
	fmt.Println(err, l.Check(nil), l.Check(map[string]string{"a": "11"}))
	// Output: <nil> [{a lost}] []
}

func TestCheck(t *testing.T) {
	begun := func(op ledger.Op, md5 string) string {
		return fmt.Sprintf(`{"key":"k","op":%q,"md5":%q,"state":"begun"}`+"\n", op, md5)
	}
	end := func(op ledger.Op, md5 string, state ledger.State) string {
		return begun(op, md5) + fmt.Sprintf(`{"key":"k","op":%q,"md5":%q,"state":%q}`+"\n", op, md5, state)
	}
	first, second := end(ledger.Put, "1", ledger.Acked), end(ledger.Put, "2", ledger.Acked)
	for name, c := range map[string]struct {
		file, found string
		want        ledger.Kind // "" is no fault
	}{
		"a write is there":                      {file: first, found: "1"},
		"a write is lost":                       {first, "", ledger.Lost},
		"an overwrite is lost":                  {first + second, "1", ledger.Wrong},
		"a torn object":                         {first, "x", ledger.Wrong},
		"a delete holds":                        {file: first + end(ledger.Delete, "", ledger.Acked), found: ""},
		"a delete is undone":                    {first + end(ledger.Delete, "", ledger.Acked), "1", ledger.Resurrected},
		"no answer, it took effect":             {file: first + end(ledger.Put, "2", ledger.Unknown), found: "2"},
		"no answer, it did not":                 {file: first + end(ledger.Put, "2", ledger.Unknown), found: "1"},
		"no answer, and neither":                {first + end(ledger.Put, "2", ledger.Unknown), "3", ledger.Wrong},
		"killed before the answer":              {file: first + begun(ledger.Delete, ""), found: ""},
		"never sent, and there":                 {first + end(ledger.Put, "2", ledger.Unsent), "2", ledger.Wrong},
		"never sent":                            {file: first + end(ledger.Put, "2", ledger.Unsent), found: "1"},
		"killed in the middle of a line":        {file: first + `{"key":"k","op"`, found: "1"},
		"a write after one without an answer":   {file: end(ledger.Put, "1", ledger.Unknown) + second, found: "2"},
		"a late effect of one without answer":   {file: end(ledger.Put, "1", ledger.Unknown) + second, found: "1"},
		"a lost write after one without answer": {end(ledger.Put, "1", ledger.Unknown) + second, "", ledger.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger.New()
			if err := l.Read(strings.NewReader(c.file)); err != nil {
				t.Fatal(err)
			}
			found, want := map[string]string{}, []ledger.Fault(nil)
			if c.found != "" {
				found["k"] = c.found
			}
			if c.want != "" {
				want = []ledger.Fault{{Key: "k", Kind: c.want}}
			}
			if diff := cmp.Diff(want, l.Check(found)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestReadNamesTheLine(t *testing.T) {
	err := ledger.New().Read(strings.NewReader("{}\nno\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error is %v", err)
	}
}
