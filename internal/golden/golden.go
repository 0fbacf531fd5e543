package golden

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Update reports whether the test binary was called with -update, for tests
// that keep their expectations in another form than one file per case.
func Update() bool { return *update }

// Equal fails the test, and shows which lines differ, unless the file at path
// holds exactly got. With -update it writes the file, and its folder, instead.
func Equal(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := write(path, got); err != nil {
			t.Fatalf("update golden: %v", err)
		}

		return
	}
	if err := compare(path, got); err != nil {
		t.Error(err)
	}
}

// compare returns nil, or what a person needs to know.
func compare(path string, got []byte) error {
	want, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("golden %s does not exist: run the test with -update and read what it wrote", path)
	case err != nil:
		return fmt.Errorf("read golden: %w", err)
	case bytes.Equal(want, got):
		return nil
	}

	return fmt.Errorf("differs from the golden:\n%s", visible(diff.Diff(path, want, "got", got)))
}

// visible spells out what a terminal does not show at the end of a line.
func visible(lines []byte) []byte {
	lines = bytes.ReplaceAll(lines, []byte("\r"), []byte("␍"))

	return regexp.MustCompile(`(?m)[ \t]+(␍?)$`).ReplaceAllFunc(lines, func(blanks []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(blanks, []byte(" "), []byte("·")), []byte("\t"), []byte("→"))
	})
}

// write leaves a file alone that is right already, so that its time stays.
func write(path string, got []byte) error {
	if want, err := os.ReadFile(path); err == nil && bytes.Equal(want, got) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}

	return os.WriteFile(path, got, 0o644)
}
