package state

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Folder is a place in a local folder. What keeps its writers apart is a lock on a
// file in it: where the file system has no locks between machines, a folder is for the
// processes of one machine.
type Folder struct{ dir string }

var _ Place = (*Folder)(nil)

// Files of a folder that are no items; the names of items do not begin with a dot.
const (
	lockFile = ".lock"
	newFile  = ".new"
)

// NewFolder returns the place in a folder. It touches nothing yet.
func NewFolder(dir string) *Folder { return &Folder{dir: filepath.Clean(dir)} }

// Open implements Place.
func (f *Folder) Open(ctx context.Context, use Use) (Facts, error) {
	facts := Facts{Location: f.dir, Conditional: true}
	if err := ctx.Err(); err != nil {
		return facts, err
	}
	if use == Write {
		if err := os.MkdirAll(f.dir, 0o700); err != nil {
			return facts, fmt.Errorf("make the folder for state: %w", err)
		}
	}
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return facts, nil
	}
	if err != nil {
		return facts, fmt.Errorf("read the folder for state: %w", err)
	}
	foreign := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != lockFile && e.Name() != newFile })
	switch marker, _, err := f.Get(ctx, Marker); {
	case err == nil && IsMarker(marker):
		return facts, nil
	case err != nil && !errors.Is(err, ErrAbsent):
		return facts, err
	case foreign:
		return facts, fmt.Errorf("folder %s is %w: it holds something, and no %s of Ferry", f.dir, ErrForeign, Marker)
	case use == Read:
		return facts, nil
	}
	_, err = f.Put(ctx, Marker, []byte(MarkerContent), Condition{})

	return facts, err
}

// Get implements Place.
func (f *Folder) Get(ctx context.Context, name string) ([]byte, Tag, error) {
	root, err := f.enter(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrAbsent
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %q of %s: %w", name, f.dir, err)
	}
	defer root.Close() //nolint:errcheck // a folder that was only read
	content, err := root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrAbsent
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %q of %s: %w", name, f.dir, err)
	}

	return content, tagOf(content), nil
}

// Put implements Place.
func (f *Folder) Put(ctx context.Context, name string, content []byte, only Condition) (Tag, error) {
	root, err := f.enter(ctx, name)
	if err != nil {
		return "", fmt.Errorf("put %q into %s: %w", name, f.dir, err)
	}
	defer root.Close() //nolint:errcheck // what was written is synced
	unlock, err := lockedfile.MutexAt(filepath.Join(f.dir, lockFile)).Lock()
	if err != nil {
		return "", fmt.Errorf("put %q into %s: %w", name, f.dir, err)
	}
	defer unlock()
	before, err := root.ReadFile(name)
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("put %q into %s: %w", name, f.dir, err)
	}
	if only.Absent && exists || only.Tag != "" && (!exists || tagOf(before) != only.Tag) {
		return "", fmt.Errorf("put %q into %s: %w", name, f.dir, ErrConflict)
	}
	if err := replace(root, name, content); err != nil {
		return "", fmt.Errorf("put %q into %s: %w", name, f.dir, err)
	}

	return tagOf(content), nil
}

// replace puts content into the place of a file at one moment, and makes it last. The
// caller holds the lock: there is one new file at a time.
func replace(root *os.Root, name string, content []byte) error {
	dir := path.Dir(name)
	if err := root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := root.OpenFile(newFile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = root.Rename(newFile, name)
	}
	if err != nil {
		return err
	}

	return lasting(root, dir)
}

// lasting makes a folder's list of files last. Where a folder cannot be synced its
// list does so by itself.
func lasting(root *os.Root, dir string) error {
	folder, err := root.Open(dir)
	if err != nil {
		return err
	}
	_ = folder.Sync()

	return folder.Close()
}

// List implements Place.
func (f *Folder) List(ctx context.Context, prefix string) ([]Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var items []Item
	err := filepath.WalkDir(f.dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(f.dir, at)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if strings.HasPrefix(name, ".") || !strings.HasPrefix(name, prefix) {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			items = append(items, Item{Name: name, Size: info.Size(), Modified: info.ModTime()})
		}

		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", f.dir, err)
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Name, b.Name) })

	return items, nil
}

// Remove implements Place.
func (f *Folder) Remove(ctx context.Context, name string) error {
	root, err := f.enter(ctx, name)
	if err == nil {
		defer root.Close() //nolint:errcheck // nothing is written through it
		err = root.Remove(name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %q of %s: %w", name, f.dir, err)
	}

	return nil
}

// enter opens the folder in a way that no name and no link leads out of.
func (f *Folder) enter(ctx context.Context, name string) (*os.Root, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := Check(name); err != nil {
		return nil, err
	}

	return os.OpenRoot(f.dir)
}

func tagOf(content []byte) Tag { return Tag(fmt.Sprintf("%x", sha256.Sum256(content))) }
