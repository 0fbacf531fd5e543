package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCompare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "want.txt")
	if err := os.WriteFile(path, []byte("one\ntwo\r\nthree\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		got  string
		want []string // parts of the message; none when equal
	}{
		"equal":            {got: "one\ntwo\r\nthree\n"},
		"another line":     {got: "one\ntwo\r\nfour\n", want: []string{"-three\n", "+four\n", path}},
		"unix line end":    {got: "one\ntwo\nthree\n", want: []string{"-two␍\n", "+two\n"}},
		"trailing blanks":  {got: "one \t\ntwo\r\nthree\n", want: []string{"-one\n", "+one·→\n"}},
		"no last line end": {got: "one\ntwo\r\nthree", want: []string{"-three\n", "+three\n", "No newline at end of file"}},
		"nothing":          {got: "", want: []string{"-one\n", "-three\n"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := compare(path, []byte(tt.got))
			if (err != nil) != (len(tt.want) > 0) {
				t.Fatalf("got %v", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is missing in\n%v", part, err)
				}
			}
		})
	}
}

func TestCompareFailsWithoutGolden(t *testing.T) {
	err := compare(filepath.Join(t.TempDir(), "absent.txt"), nil)
	if err == nil || !strings.Contains(err.Error(), "absent.txt does not exist: run the test with -update") {
		t.Errorf("got %v", err)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "got.txt")
	content := []byte("a\r\nb")
	if err := write(path, content); err != nil {
		t.Fatal(err)
	}
	if err := compare(path, content); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	if err := write(path, content); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(past) {
		t.Error("a golden that is right was written again")
	}
}

func TestEqual(t *testing.T) {
	tests := map[string]struct {
		path   string
		failed bool
	}{
		"equal":  {path: "testdata/cargo.txt"},
		"absent": {path: filepath.Join(t.TempDir(), "absent.txt"), failed: !Update()},
	}
	for name, tt := range tests {
		recorder := &recorder{TB: t}
		Equal(recorder, tt.path, []byte("seven buckets\r\nno loss\n"))
		if recorder.failed != tt.failed {
			t.Errorf("%s: failed is %v", name, recorder.failed)
		}
	}
}

// recorder notes a failure instead of failing.
type recorder struct {
	testing.TB

	failed bool
}

func (r *recorder) Helper()      {}
func (r *recorder) Error(...any) { r.failed = true }
