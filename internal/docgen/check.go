package docgen

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/golden"
)

// Check fails the test unless the pages of root are the files in folder whose names begin with its
// name. With -update it writes them, and removes those of commands that are gone.
func Check(t testing.TB, folder string, root *cobra.Command, note string) {
	t.Helper()
	pages := Pages(root, note)
	for name, text := range pages {
		golden.Equal(t, filepath.Join(folder, name), text)
	}
	var old []string
	for _, pattern := range []string{root.Name() + ".md", root.Name() + "_*.md"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		old = append(old, found...)
	}
	for _, file := range old {
		if pages[filepath.Base(file)] != nil {
			continue
		}
		if !golden.Update() {
			t.Errorf("%s describes a command that does not exist", file)
		} else if err := os.Remove(file); err != nil {
			t.Error(err)
		}
	}
}
