package testworld

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestScratch(t *testing.T) {
	dir, remove, err := Scratch()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Error(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is there still: %v", err)
	}
}

func TestForgotten(t *testing.T) {
	place := t.TempDir()
	long := time.Now().Add(-time.Hour)
	for _, name := range []string{"ferry-tests-dead", "ferry-tests-alive", "ferry-tests-cluster", "ferry-tests-new", "others"} {
		folder := filepath.Join(place, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		switch name {
		case "ferry-tests-alive":
			unlock, err := tryLock(filepath.Join(folder, "lock"))
			if err != nil || unlock == nil {
				t.Fatal(err)
			}
			defer unlock()
		case "ferry-tests-cluster":
			if err := os.MkdirAll(filepath.Join(folder, "ferry-e2e-1", "cluster"), 0o700); err != nil {
				t.Fatal(err)
			}
		case "ferry-tests-new":
			continue
		}
		if err := os.Chtimes(folder, long, long); err != nil {
			t.Fatal(err)
		}
	}
	forgotten(place)
	for name, want := range map[string]bool{
		"ferry-tests-dead": false, "ferry-tests-alive": true, "ferry-tests-cluster": true, "ferry-tests-new": true, "others": true,
	} {
		if _, err := os.Stat(filepath.Join(place, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
