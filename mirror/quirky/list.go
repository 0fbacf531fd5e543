package quirky

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listing is a request for a page.
type listing struct {
	prefix, delimiter string
	max               int
	encoded           bool
	from              string // where the page begins
	after             string // the key that it begins behind, or ""
	jumped            bool   // it begins there because start-after says so
}

// page is what a bucket has from there on.
type page struct {
	rows      []row
	prefixes  []string
	truncated bool
	last      string // the last key or common prefix
}

type row struct {
	key    string
	v      *version
	latest bool
}

const stampList = "2006-01-02T15:04:05.000Z"

func (r *request) listing() (listing, *apiError) {
	l := listing{
		prefix: r.query.Get("prefix"), delimiter: r.query.Get("delimiter"), max: 1000,
		encoded: r.query.Get("encoding-type") == "url",
	}
	if text := r.query.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return l, errArgument
		}
		l.max = min(n, 1000)
	}
	l.from = l.prefix

	return l, nil
}

// behind has the listing begin behind a key.
func (l *listing) behind(key string) {
	l.after = key
	if next := key + "\x00"; next > l.from {
		l.from = next
	}
}

// list returns the page. The server is locked.
func (l listing) list(b *bucket, limit int, ghosts []string) page {
	var p page
	take := func(r *record) bool {
		if !strings.HasPrefix(r.key, l.prefix) {
			return false
		}
		v := r.current()
		if v == nil {
			return true
		}
		if len(p.rows)+len(p.prefixes) == limit {
			p.truncated = true

			return false
		}
		p.last = r.key
		p.rows = append(p.rows, row{key: r.key, v: v, latest: true})

		return true
	}
	if l.delimiter != "" {
		l.fold(b, limit, &p)

		return p
	}
	b.scan(l.from, func(r *record) bool {
		for len(ghosts) > 0 && ghosts[0] < r.key {
			ghost := ghosts[0]
			ghosts = ghosts[1:]
			if ghost >= l.from && !take(&record{key: ghost, versions: []*version{ghostly}}) {
				return false
			}
		}

		return take(r)
	})

	return p
}

// ghostly is what a listing says of an object that does not exist.
var ghostly = &version{id: nullVersion, etag: tagOf([16]byte{}), size: 7, modified: time.Unix(1<<30, 0)}

// fold lists with a delimiter.
func (l listing) fold(b *bucket, limit int, p *page) {
	for from, more := l.from, true; more; {
		more = false
		b.scan(from, func(r *record) bool {
			rest, ok := strings.CutPrefix(r.key, l.prefix)
			if !ok {
				return false
			}
			if r.current() == nil {
				return true
			}
			head, _, folded := strings.Cut(rest, l.delimiter)
			common := l.prefix + head + l.delimiter
			if folded && common <= l.after {
				from, more = common+"\xff\xff", true

				return false
			}
			if len(p.rows)+len(p.prefixes) == limit {
				p.truncated = true

				return false
			}
			if folded {
				p.prefixes = append(p.prefixes, common)
				p.last, from, more = common, common+"\xff\xff", true

				return false
			}
			p.rows = append(p.rows, row{key: r.key, v: r.current(), latest: true})
			p.last = r.key

			return true
		})
	}
}

// listV2 answers ListObjectsV2.
func (s *Server) listV2(r *request) (*response, *apiError) {
	l, fault := r.listing()
	if fault != nil {
		return nil, fault
	}
	quirks := s.quirks.Listing
	token, after := r.query.Get("continuation-token"), r.query.Get("start-after")
	blank := false
	l.jumped = token == "" && after != ""
	switch {
	case token != "":
		key, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(key) == 0 {
			return nil, errArgument
		}
		blank = key[0] == 'b'
		l.behind(string(key[1:]))
		if len(key) == 1 {
			l.from, l.after = l.prefix, ""
		}
	case after != "" && quirks.Inclusive:
		l.from = max(after, l.prefix)
	case after != "":
		l.behind(after)
	}
	p, fault := s.page(r.Bucket, l)
	if fault != nil {
		return nil, fault
	}
	next := "k" + p.last
	switch {
	case quirks.EmptyPages && !blank && len(p.rows) > 0:
		p, next = page{truncated: true}, "b"+l.after
	case quirks.RepeatsToken && token != "" && p.truncated:
		next = ""
	}
	d := newDoc("ListBucketResult").text("Name", r.Bucket).text("Prefix", l.spell(l.prefix)).
		number("KeyCount", int64(len(p.rows)+len(p.prefixes))).number("MaxKeys", int64(l.max)).
		boolean("IsTruncated", p.truncated)
	if p.truncated && !quirks.NoToken {
		answer := base64.RawURLEncoding.EncodeToString([]byte(next))
		if next == "" {
			answer = token
		}
		d.text("NextContinuationToken", answer)
	}
	l.echo(d, map[string]string{"ContinuationToken": token, "StartAfter": l.spell(after)})
	s.rows(d, l, p)

	return document(http.StatusOK, d.end()), nil
}

// page returns a page as the quirks have it.
func (s *Server) page(bucket string, l listing) (page, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[bucket]
	if b == nil {
		return page{}, errNoBucket
	}
	quirks := s.quirks.Listing
	limit := min(l.max, quirks.pageSize())
	if quirks.OneMore && l.max > 1 {
		limit++
	}
	p := l.list(b, limit, quirks.Ghosts)
	if quirks.EndsAfter > 0 && !l.jumped {
		quirks.end(b, &p)
	}
	if quirks.Unordered && len(p.rows) > 1 {
		p.rows[0], p.rows[1] = p.rows[1], p.rows[0]
	}

	return p, nil
}

// end cuts a page off that goes beyond the key after which the listing ends.
func (q Listing) end(b *bucket, p *page) {
	n, edge := 0, ""
	b.scan("", func(r *record) bool {
		n++
		edge = r.key

		return n < q.EndsAfter
	})
	if p.last < edge {
		return
	}
	at, _ := slices.BinarySearchFunc(p.rows, edge, func(r row, key string) int { return strings.Compare(r.key, key) })
	p.rows, p.truncated = p.rows[:min(at+1, len(p.rows))], false
	if q.EndsEmpty {
		p.rows = nil
	}
}

func (l listing) spell(key string) string {
	if l.encoded {
		return escapeKey(key)
	}

	return key
}

// echo repeats what was asked for.
func (l listing) echo(d *doc, fields map[string]string) {
	for name, value := range fields {
		if value != "" {
			d.text(name, value)
		}
	}
	if l.delimiter != "" {
		d.text("Delimiter", l.spell(l.delimiter))
	}
	if l.encoded {
		d.text("EncodingType", "url")
	}
}

func (s *Server) rows(d *doc, l listing, p page) {
	d.buf = slices.Grow(d.buf, 300*len(p.rows))
	for _, r := range p.rows {
		d.open("Contents").text("Key", l.spell(r.key))
		s.describe(d, r.v)
		d.close("Contents")
	}
	for _, prefix := range p.prefixes {
		d.open("CommonPrefixes").text("Prefix", l.spell(prefix)).close("CommonPrefixes")
	}
}

// describe writes what a listing says of an object.
func (s *Server) describe(d *doc, v *version) {
	d.open("LastModified")
	d.buf = v.modified.AppendFormat(d.buf, stampList)
	d.close("LastModified").text("ETag", s.quirks.ETags.spell(v.etag)).number("Size", v.size)
	d.text("StorageClass", v.storageClass())
}

func (v *version) storageClass() string {
	if v.class == "" {
		return "STANDARD"
	}

	return v.class
}

// listV1 answers ListObjects.
func (s *Server) listV1(r *request) (*response, *apiError) {
	l, fault := r.listing()
	if fault != nil {
		return nil, fault
	}
	marker := r.query.Get("marker")
	if marker != "" {
		l.behind(marker)
	}
	p, fault := s.page(r.Bucket, l)
	if fault != nil {
		return nil, fault
	}
	d := newDoc("ListBucketResult").text("Name", r.Bucket).text("Prefix", l.spell(l.prefix)).
		text("Marker", l.spell(marker)).number("MaxKeys", int64(l.max)).boolean("IsTruncated", p.truncated)
	if p.truncated {
		d.text("NextMarker", l.spell(p.last))
	}
	l.echo(d, nil)
	s.rows(d, l, p)

	return document(http.StatusOK, d.end()), nil
}
