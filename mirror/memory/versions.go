package memory

import (
	"context"
	"crypto/md5"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// nullVersion is the id of what was written while a bucket kept no versions.
const nullVersion = "null"

// keeping is what a bucket has beside its objects.
type keeping struct {
	settings map[string][]byte
	history  map[string][]object // by key, the oldest first; only once versions are kept
}

// keeping returns what a bucket has beside its objects.
func (s *Store) keeping(bucket string) *keeping {
	k := s.beside[bucket]
	if k == nil {
		k = &keeping{settings: map[string][]byte{}, history: map[string][]object{}}
		s.beside[bucket] = k
	}

	return k
}

// status is "", Enabled or Suspended.
func (k *keeping) status() string {
	var doc struct {
		Status string `xml:"Status"`
	}
	if xml.Unmarshal(k.settings["versioning"], &doc) != nil {
		return ""
	}

	return doc.Status
}

// record adds an object or delete marker to the history of its key.
func (s *Store) record(bucket, name string, obj object, wanted string) object {
	k := s.keeping(bucket)
	status := k.status()
	if status == "" {
		return obj
	}
	if before, ok := s.buckets[bucket][name]; ok && len(k.history[name]) == 0 {
		before.version = nullVersion
		k.history[name] = []object{before}
	}
	obj.version = nullVersion
	if status == "Enabled" {
		s.versions++
		// as of servers, ids of two stores are never the same by chance
		if obj.version = fmt.Sprintf("v%d.%x", s.versions, md5.Sum([]byte(s.location))); wanted != "" && s.quirks.KeepsIDs {
			obj.version = wanted
		}
	}
	k.history[name] = append(slices.DeleteFunc(k.history[name], func(o object) bool { return o.version == obj.version }), obj)

	return obj
}

// remove takes an object away, or writes a delete marker.
func (s *Store) remove(bucket, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects, err := s.bucket(bucket)
	if err != nil {
		return err
	}
	s.record(bucket, s.name(key), object{marker: true, modified: time.Now()}, "")
	delete(objects, s.name(key))
	s.reorder(bucket, s.name(key))

	return nil
}

// reorder puts the versions of a key into the order of their times, if that is the store's
// way. The newest of them is the object.
func (s *Store) reorder(bucket, name string) {
	history := s.keeping(bucket).history[name]
	if !s.quirks.ByTime || len(history) == 0 {
		return
	}
	slices.SortStableFunc(history, func(a, b object) int { return a.modified.Compare(b.modified) })
	if newest := history[len(history)-1]; newest.marker {
		delete(s.buckets[bucket], name)
	} else {
		s.buckets[bucket][name] = newest
	}
}

// past returns the versions of a key, the oldest first.
func (s *Store) past(bucket, name string) []object {
	if history := s.keeping(bucket).history[name]; len(history) > 0 {
		return history
	}
	if obj, ok := s.buckets[bucket][name]; ok {
		obj.version = nullVersion

		return []object{obj}
	}

	return nil
}

// version returns one version of an object.
func (s *Store) version(bucket, name, id string) (object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, obj := range s.past(bucket, name) {
		if obj.version == id {
			return obj, !obj.marker
		}
	}

	return object{}, false
}

// listVersions is List for a cursor that asks for versions.
func (s *Store) listVersions(bucket string, from mirror.Cursor) (mirror.Page, error) {
	objects, err := s.bucket(bucket)
	if err == nil && s.quirks.NoVersions {
		err = fmt.Errorf("list versions: %w", mirror.ErrUnsupported)
	}
	if err != nil {
		return mirror.Page{}, err
	}
	after, version := from.After, from.Version
	if from.Token != "" {
		after, version, _ = strings.Cut(from.Token, "\x00")
	}
	names := slices.Collect(maps.Keys(s.keeping(bucket).history))
	for name := range objects {
		if len(s.keeping(bucket).history[name]) == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var page mirror.Page
	for _, name := range names {
		if !strings.HasPrefix(name, from.Prefix) || after != "" && name < after || name == after && version == "" {
			continue
		}
		skip := name == after
		for _, obj := range slices.Backward(s.past(bucket, name)) {
			if !skip {
				page.Entries = append(page.Entries, obj.entry(name))
			}
			skip = skip && obj.version != version
		}
	}
	if page.Truncated = len(page.Entries) > s.quirks.PageSize; page.Truncated {
		page.Entries = page.Entries[:s.quirks.PageSize]
		last := page.Entries[len(page.Entries)-1]
		page.Next = last.Key + "\x00" + last.Version
	}

	return page, nil
}

// Setting implements mirror.Reader.
func (s *Store) Setting(ctx context.Context, bucket, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.bucket(bucket); err != nil {
		return nil, err
	}
	if err := s.unsupported(name); err != nil {
		return nil, err
	}
	doc := s.keeping(bucket).settings[name]
	if doc == nil {
		return nil, fmt.Errorf("read %s of bucket %q: %w", name, bucket, mirror.ErrNoSetting)
	}

	return slices.Clone(doc), nil
}

// SetSetting implements mirror.Store.
func (s *Store) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.bucket(bucket); err != nil {
		return err
	}
	if err := s.unsupported(name); err != nil {
		return err
	}
	k := s.keeping(bucket)
	if name == "object-lock" && k.settings[name] == nil {
		return fmt.Errorf("set %s of bucket %q: the bucket was created without it", name, bucket)
	}
	k.settings[name] = slices.Clone(doc)

	return nil
}

// unsupported refuses the settings that the store does not know.
func (s *Store) unsupported(name string) error {
	if slices.Contains(s.quirks.NoSettings, name) || s.quirks.NoVersions && (name == "versioning" || name == "object-lock") {
		return fmt.Errorf("%s: %w", name, mirror.ErrUnsupported)
	}

	return nil
}

// lock prepares a new bucket for retention and legal holds.
func (k *keeping) lock() {
	k.settings["versioning"] = []byte("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	k.settings["object-lock"] = []byte(
		"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>")
}

// holds refuses a lock where the bucket has none.
func (s *Store) holds(bucket string, attrs mirror.Attributes) error {
	if len(attrs.Lock) > 0 && s.keeping(bucket).settings["object-lock"] == nil {
		return fmt.Errorf("bucket %q is missing its object lock configuration", bucket)
	}

	return nil
}
