package quirky

import (
	"net/http"
	"strings"
)

// listVersions answers ListObjectVersions.
func (s *Server) listVersions(r *request) (*response, *apiError) {
	l, fault := r.listing()
	if fault != nil {
		return nil, fault
	}
	marker, idMarker := r.query.Get("key-marker"), r.query.Get("version-id-marker")
	switch {
	case marker != "" && idMarker != "":
		l.from = max(marker, l.prefix)
	case marker != "":
		l.behind(marker)
	}
	p, fault := s.versions(r.Bucket, l, marker, idMarker)
	if fault != nil {
		return nil, fault
	}
	d := newDoc("ListVersionsResult").text("Name", r.Bucket).text("Prefix", l.spell(l.prefix)).
		text("KeyMarker", l.spell(marker)).text("VersionIdMarker", idMarker).
		number("MaxKeys", int64(l.max)).boolean("IsTruncated", p.truncated)
	if p.truncated {
		last := p.rows[len(p.rows)-1]
		d.text("NextKeyMarker", l.spell(last.key)).text("NextVersionIdMarker", last.v.id)
	}
	l.echo(d, nil)
	for _, row := range p.rows {
		name := "Version"
		if row.v.marker {
			name = "DeleteMarker"
		}
		d.open(name).text("Key", l.spell(row.key)).text("VersionId", row.v.id).boolean("IsLatest", row.latest)
		if row.v.marker {
			d.text("LastModified", row.v.modified.Format(stampList))
		} else {
			s.describe(d, row.v)
		}
		d.close(name)
	}

	return document(http.StatusOK, d.end()), nil
}

// versions returns a page of versions, which begins behind one if its id is given.
func (s *Server) versions(bucket string, l listing, marker, id string) (page, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[bucket]
	if b == nil {
		return page{}, errNoBucket
	}
	var p page
	limit := min(l.max, s.quirks.Listing.pageSize())
	b.scan(l.from, func(r *record) bool {
		if !strings.HasPrefix(r.key, l.prefix) {
			return false
		}
		skip := id != "" && r.key == marker
		for i, v := range r.versions {
			if skip {
				skip = v.id != id

				continue
			}
			if len(p.rows) == limit {
				p.truncated = true

				return false
			}
			p.rows = append(p.rows, row{key: r.key, v: v, latest: i == 0})
		}

		return true
	})

	return p, nil
}
