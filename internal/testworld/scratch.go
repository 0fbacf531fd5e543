package testworld

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Scratch makes a folder for what tests write: in memory where that is a Linux with room for it, since the disk takes
// a tenth of the time of all tests, and else where folders of that kind are. What runs that were killed left in memory
// goes, but for a cluster, which has to be removed first.
func Scratch() (dir string, remove func() error, err error) {
	place := inMemory()
	if place != "" {
		forgotten(place)
	}
	dir, err = os.MkdirTemp(place, scratchName)
	if err != nil {
		return "", nil, err
	}
	unlock, err := tryLock(filepath.Join(dir, "lock"))
	if err != nil || unlock == nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}

	return dir, func() error {
		unlock()

		return os.RemoveAll(dir)
	}, nil
}

const scratchName = "ferry-tests-*"

// forgotten removes folders that nobody has a lock on.
func forgotten(place string) {
	folders, _ := filepath.Glob(filepath.Join(place, scratchName)) // the pattern is a good one
	for _, folder := range folders {
		if info, err := os.Stat(folder); err != nil || time.Since(info.ModTime()) < time.Minute {
			continue // the lock may be yet to come
		}
		unlock, err := tryLock(filepath.Join(folder, "lock"))
		if err != nil || unlock == nil {
			continue // somebody else's
		}
		if clusters, _ := filepath.Glob(filepath.Join(folder, "ferry-e2e-*", "cluster")); len(clusters) == 0 {
			_ = os.RemoveAll(folder) // what is left of it is not in the way
		}
		unlock()
	}
}
