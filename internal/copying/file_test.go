package copying

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestFile replaces a file as a whole, or leaves it as it was, and leaves nothing else behind.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	file, err := NewFile("--report", name)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(want string) {
		t.Helper()
		if got := string(file.read()); got != want {
			t.Errorf("the file holds %q, want %q", got, want)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 1 {
			t.Errorf("the folder holds %v: %v", entries, err)
		}
	}
	holds("")
	write := func(text string, fail error) error {
		return file.Write(func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fail)
		})
	}
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	holds("first")
	broken := errors.New("broken")
	if err := write("half of the sec", broken); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	holds("first")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode is %v: %v", info.Mode(), err)
	}
	if err := write("second", nil); err != nil {
		t.Fatal(err)
	}
	holds("second")
}

func TestNoFile(t *testing.T) {
	file, err := NewFile("--report", "")
	if err != nil || file.Write(func(io.Writer) error { return errors.New("called") }) != nil {
		t.Errorf("no file is not one: %v", err)
	}
	if _, err := NewFile("--report", filepath.Join(t.TempDir(), "none", "report.json")); err == nil {
		t.Error("a folder that does not exist can be written to")
	}
}
