package state

import (
	"context"
	"strings"
)

// Sub returns the part of a place below a name: a place that several destinations
// share has a part for each.
func Sub(place Place, name string) Place { return sub{place: place, prefix: name + "/"} }

type sub struct {
	place  Place
	prefix string
}

// Open implements Place.
func (s sub) Open(ctx context.Context, use Use) (Facts, error) { return s.place.Open(ctx, use) }

// Get implements Place.
func (s sub) Get(ctx context.Context, name string) ([]byte, Tag, error) {
	return s.place.Get(ctx, s.prefix+name)
}

// Put implements Place.
func (s sub) Put(ctx context.Context, name string, content []byte, only Condition) (Tag, error) {
	return s.place.Put(ctx, s.prefix+name, content, only)
}

// List implements Place.
func (s sub) List(ctx context.Context, prefix string) ([]Item, error) {
	items, err := s.place.List(ctx, s.prefix+prefix)
	for i := range items {
		items[i].Name = strings.TrimPrefix(items[i].Name, s.prefix)
	}

	return items, err
}

// Remove implements Place.
func (s sub) Remove(ctx context.Context, name string) error {
	return s.place.Remove(ctx, s.prefix+name)
}
