package cutover

import (
	"context"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/mirror"
)

// marked is a store that takes note of what its listings show.
type marked struct {
	mirror.Reader

	marker *record.Marker
	keys   *keysets // nil: not wanted
}

// List implements mirror.Reader.
func (m marked) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	page, err := m.Reader.List(ctx, bucket, from)
	if err == nil {
		m.marker.See(bucket)
		for _, e := range page.Entries {
			m.marker.Add(bucket, e.Key, string(e.ETag), e.Modified)
		}
		if m.keys != nil {
			m.keys.see(bucket, page.Entries)
		}
	}
	return page, err
}

// writable is marked for a store that is written to as well.
type writable struct {
	mirror.Store

	marker *record.Marker
}

// List implements mirror.Reader.
func (w writable) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	return marked{Reader: w.Store, marker: w.marker}.List(ctx, bucket, from)
}
