package mirror

// Counts are objects unless they say bytes or markers; versions of objects where the run
// deals with those.
type Counts struct {
	Source           int64 `json:"source"` // listed and not filtered out
	SourceBytes      int64 `json:"sourceBytes"`
	Destination      int64 `json:"destination"`
	DestinationBytes int64 `json:"destinationBytes"`
	Equal            int64 `json:"equal"` // proven, with nothing to do
	Copied           int64 `json:"copied"`
	CopiedBytes      int64 `json:"copiedBytes"`
	Planned          int64 `json:"planned,omitempty"` // what a dry run would copy
	PlannedBytes     int64 `json:"plannedBytes,omitempty"`
	Replaced         int64 `json:"replaced"`          // of those copied or planned, the ones that took another's place
	Extra            int64 `json:"extra"`             // only at the destination
	Markers          int64 `json:"markers,omitempty"` // delete markers written
	PlannedMarkers   int64 `json:"plannedMarkers,omitempty"`
	Removed          int64 `json:"removed,omitempty"`
	PlannedRemovals  int64 `json:"plannedRemovals,omitempty"`
	Trashed          int64 `json:"trashed,omitempty"`   // moved to the trash before being replaced or removed
	Conflicts        int64 `json:"conflicts,omitempty"` // left alone because the destination is newer
	KeysRefused      int64 `json:"keysRefused,omitempty"`
	Excluded         int64 `json:"excluded,omitempty"` // source keys left out by the filter
	Moved            int64 `json:"moved,omitempty"`    // changed while being copied, looked at again
	Vanished         int64 `json:"vanished,omitempty"` // deleted from the source during the run
	Retries          int64 `json:"retries,omitempty"`
	Pages            int64 `json:"pages,omitempty"` // of listings, of both sides
}

// add sums the counts of a bucket up.
func (c *Counts) add(b Counts) {
	for _, field := range []struct {
		to   *int64
		from int64
	}{
		{&c.Source, b.Source},
		{&c.SourceBytes, b.SourceBytes},
		{&c.Destination, b.Destination},
		{&c.DestinationBytes, b.DestinationBytes},
		{&c.Equal, b.Equal},
		{&c.Copied, b.Copied},
		{&c.CopiedBytes, b.CopiedBytes},
		{&c.Planned, b.Planned},
		{&c.PlannedBytes, b.PlannedBytes},
		{&c.Replaced, b.Replaced},
		{&c.Extra, b.Extra},
		{&c.Markers, b.Markers},
		{&c.PlannedMarkers, b.PlannedMarkers},
		{&c.Removed, b.Removed},
		{&c.PlannedRemovals, b.PlannedRemovals},
		{&c.Trashed, b.Trashed},
		{&c.Conflicts, b.Conflicts},
		{&c.KeysRefused, b.KeysRefused},
		{&c.Excluded, b.Excluded},
		{&c.Moved, b.Moved},
		{&c.Vanished, b.Vanished},
		{&c.Retries, b.Retries},
		{&c.Pages, b.Pages},
	} {
		*field.to += field.from
	}
}
