package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// cgroups are the node's own groups: one for each hierarchy of version 1, or the only one of version 2.
func (p place) cgroups() ([]string, error) {
	const root = "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		return []string{filepath.Join(root, p.space())}, nil
	}
	hierarchies, err := filepath.Glob(filepath.Join(root, "*", "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var groups []string
	for _, file := range hierarchies {
		groups = append(groups, filepath.Join(filepath.Dir(file), p.space()))
	}

	return groups, nil
}

// group makes the groups below which all pods run. Those of cpuset must say which processors and
// which memory they may use.
func (p place) group() error {
	groups, err := p.cgroups()
	if err != nil {
		return err
	}
	for _, group := range groups {
		if err := os.MkdirAll(group, 0o755); err != nil {
			return fmt.Errorf("make a cgroup: %w", err)
		}
		for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(filepath.Dir(group), name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(group, name), value, 0)
			}
			if err != nil {
				return fmt.Errorf("set %s of a cgroup: %w", name, err)
			}
		}
	}

	return nil
}

// ungroup removes the groups, the innermost first; nothing runs in them any more.
func (p place) ungroup() error {
	groups, err := p.cgroups()
	if err != nil {
		return err
	}
	var errs []error
	for _, group := range groups {
		var folders []string
		err := filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				folders = append(folders, path)
			}

			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, folder := range slices.Backward(folders) {
			errs = append(errs, os.Remove(folder))
		}
	}

	return errors.Join(errs...)
}
