package s3http

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
)

// pagesAtOnce is how many pages of one store are read into memory at a time. What a server takes long
// for is to find a page, not to send it.
const pagesAtOnce = 4

// searchingServers name themselves, and begin a search for each listing that begins somewhere, which goes on behind
// what is asked for.
var searchingServers = map[string]bool{"MinIO": true}

// List implements mirror.Reader.
func (s *Store) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	if from.Versions {
		return s.Store.List(ctx, bucket, from)
	}
	c, resp, err := s.openPage(ctx, bucket, from, true)
	if err != nil {
		return mirror.Page{}, err
	}
	var page *s3list.Page
	select {
	case page = <-s.pages:
		defer func() { s.pages <- page }()
	case <-ctx.Done():
		resp.Body.Close()

		return mirror.Page{}, c.failed(ctx, context.Cause(ctx))
	}
	searches := searchingServers[resp.Header.Get("Server")]
	err = s.readPage(ctx, c, resp, page)
	if err == nil && page.Doubtful {
		err = s.settle(ctx, bucket, from, page)
	}
	if err != nil {
		return mirror.Page{}, err
	}
	s.escapes.Or(uint32(page.Escapes))
	result := mirror.Page{
		Truncated: page.Truncated, Next: page.Next, Searches: searches, Entries: make([]mirror.Entry, len(page.Entries)),
	}
	for i, entry := range page.Entries {
		result.Entries[i] = mirror.Entry{
			Key: entry.Key, Size: entry.Size, ETag: parseETag(entry.ETag), Modified: entry.Modified,
		}
	}

	return result, nil
}

// openPage asks for one page.
func (s *Store) openPage(ctx context.Context, bucket string, from mirror.Cursor, encoded bool) (*call, *http.Response, error) {
	c := &call{op: "list", method: http.MethodGet, bucket: bucket, ofBucket: true, query: listQuery(from, encoded)}
	resp, err := s.send(ctx, c)

	return c, resp, err
}

// readPage reads the answer.
func (s *Store) readPage(ctx context.Context, c *call, resp *http.Response, page *s3list.Page) error {
	defer resp.Body.Close()
	err := page.Read(resp.Body, s3list.Escapes(s.escapes.Load()))
	if said, ok := errors.AsType[*s3list.Error](err); ok {
		return c.said(resp.StatusCode, said)
	}
	if err != nil {
		return c.failed(ctx, err)
	}

	return nil
}

// listQuery is the canonical query for a page. Some servers get other numbers of keys
// than a thousand wrong.
func listQuery(from mirror.Cursor, encoded bool) string {
	var query []byte
	if from.Token != "" {
		from.After = ""
		query = sigv4.AppendQuery(query, "continuation-token", from.Token)
	}
	if encoded {
		query = sigv4.AppendQuery(query, "encoding-type", "url")
	}
	query = sigv4.AppendQuery(query, "list-type", "2")
	query = sigv4.AppendQuery(query, "max-keys", "1000")
	query = sigv4.AppendQuery(query, "prefix", from.Prefix)
	if from.After != "" {
		query = sigv4.AppendQuery(query, "start-after", from.After)
	}

	return string(query)
}

// settle finds out what the pluses of a page mean: the same page without encoding has
// the keys as they are. What is learned holds for the server.
func (s *Store) settle(ctx context.Context, bucket string, from mirror.Cursor, page *s3list.Page) error {
	plain := &s3list.Page{}
	c, resp, err := s.openPage(ctx, bucket, from, false)
	if err == nil {
		err = s.readPage(ctx, c, resp, plain)
	}
	if err != nil {
		return err
	}
	learned := compareKeys(page, plain)
	if learned != s3list.SpaceEscaped && learned != s3list.PlusEscaped {
		return c.failed(ctx, errors.New("cannot tell whether keys hold spaces or pluses"))
	}

	return page.Reread(learned)
}

// compareKeys looks for the keys of a doubtful page in one without encoding, with
// spaces and with pluses.
func compareKeys(page, plain *s3list.Page) (learned s3list.Escapes) {
	if plain.Doubtful {
		return 0
	}
	keys := make(map[string]bool, len(plain.Entries))
	for _, entry := range plain.Entries {
		keys[entry.Key] = true
	}
	for _, entry := range page.Entries {
		pluses := strings.ReplaceAll(entry.Key, " ", "+")
		if pluses == entry.Key {
			continue
		}
		if keys[pluses] {
			learned |= s3list.SpaceEscaped
		}
		if keys[entry.Key] {
			learned |= s3list.PlusEscaped
		}
	}

	return learned
}
