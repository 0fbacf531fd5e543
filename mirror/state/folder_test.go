package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror/state"
	"github.com/helm-ferry/ferry/mirror/statetest"
)

func TestFolder(t *testing.T) {
	statetest.Run(t, func(t *testing.T) func() state.Place {
		dir := filepath.Join(t.TempDir(), "deep", "state")

		return func() state.Place { return state.NewFolder(dir) }
	})
}

// Nobody else reads what a folder holds, and a crash leaves nothing of a write.
func TestFolderIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	place := state.NewFolder(dir)
	if _, err := place.Open(t.Context(), state.Write); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new"), []byte("left by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := place.Put(t.Context(), "locks/a", []byte("x"), state.Condition{}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && e.Name() != ".lock" {
			t.Errorf("%s has mode %s", path, info.Mode())
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the new file is still there: %v", err)
	}
}

// No link leads a write out of the folder.
func TestFolderIsLeftByNoLink(t *testing.T) {
	dir, outside := filepath.Join(t.TempDir(), "state"), t.TempDir()
	place := state.NewFolder(dir)
	if _, err := place.Open(t.Context(), state.Write); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "locks")); err != nil {
		t.Fatal(err)
	}
	if _, err := place.Put(t.Context(), "locks/a", []byte("x"), state.Condition{}); err == nil {
		t.Error("wrote through a link")
	}
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) > 0 {
		t.Errorf("outside there is %v, %v", entries, err)
	}
}

// A folder that holds something else is not taken.
func TestFolderOfSomebodyElse(t *testing.T) {
	for _, use := range []state.Use{state.Read, state.Write} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := state.NewFolder(dir).Open(t.Context(), use); !errors.Is(err, state.ErrForeign) {
			t.Errorf("opened: %v", err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("there is %v now, %v", entries, err)
		}
	}
}

func TestSegment(t *testing.T) {
	seen := map[string]string{}
	long := strings.Repeat("x", 300)
	for _, text := range []string{
		"", "a", "A", "=41", "a/b", "a=2fb", ".", "..", ".a", "a.b", "日本", "http://minio:9000", long, long + "x", strings.ToUpper(long), "==",
	} {
		segment := state.Segment(text)
		if err := state.Check("dir/" + segment + ".json"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if other, ok := seen[strings.ToLower(segment)]; ok {
			t.Errorf("%q and %q both become %q", text, other, segment)
		}
		seen[strings.ToLower(segment)] = text
	}
}
