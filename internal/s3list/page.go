package s3list

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// MaxSize is how long a page may be. A thousand keys of 1024 bytes, each encoded in
// three, have 3 MiB.
const MaxSize = 32 << 20

// Entry is an object in a listing. ETag is as the server spells it; it and Modified
// are empty where the server leaves them out.
type Entry struct {
	Key      string
	Size     int64
	ETag     string
	Modified time.Time
}

// Page is one page of a listing. Its zero value is ready; reading another page into
// it uses its memory again, while the strings that it has given out stay as they are.
type Page struct {
	Entries   []Entry
	Truncated bool
	Next      string // the token that continues it

	// Escapes is what is known of how the server encodes keys, this page included.
	Escapes Escapes
	// Doubtful says that keys hold a plus that was taken for a space without any
	// evidence.
	Doubtful bool

	body   bytes.Buffer
	lexer  lexer
	rows   []row
	text   []byte // the strings of all entries, one after the other
	pluses []int  // where in text a plus was found
	found  summary
}

// row is an entry whose strings are still in the document, or in aux where they had
// to be put together.
type row struct {
	key, etag span
	size      int64
	modified  time.Time
	has       field
}

// summary is what a page says of itself.
type summary struct {
	encoded   bool
	truncated bool
	next      string
	keys      int64
	has       field
}

// Read reads a page to the end of r. known is what earlier pages of the same server
// have shown.
func (p *Page) Read(r io.Reader, known Escapes) error {
	p.body.Reset()
	n, err := p.body.ReadFrom(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		p.forget()

		return fmt.Errorf("read listing: %w", err)
	case n > MaxSize:
		p.forget()

		return fmt.Errorf("listing is longer than %d bytes", MaxSize)
	}

	return p.Parse(p.body.Bytes(), known)
}

// Parse reads a page from memory.
func (p *Page) Parse(data []byte, known Escapes) error {
	p.forget()
	p.lexer.reset(data)
	if err := p.document(); err != nil {
		return err
	}
	if int64(len(p.rows)) < p.found.keys {
		return fmt.Errorf("listing announces %d keys and has %d", p.found.keys, len(p.rows))
	}
	entries, err := p.entries(known)
	if err != nil {
		p.forget()

		return err
	}
	p.Entries, p.Truncated, p.Next = entries, p.found.truncated, p.found.next

	return nil
}

// Reread reads the same page once more, with other knowledge.
func (p *Page) Reread(known Escapes) error { return p.Parse(p.lexer.data, known) }

// forget empties the page and keeps its memory.
func (p *Page) forget() {
	clear(p.Entries)
	p.Entries, p.rows, p.text, p.pluses = p.Entries[:0], p.rows[:0], p.text[:0], p.pluses[:0]
	p.Truncated, p.Next, p.Escapes, p.Doubtful, p.found = false, "", 0, false, summary{}
}

// entries makes the strings of all rows, with one allocation for all of them.
func (p *Page) entries(known Escapes) ([]Entry, error) {
	p.Escapes = known
	for i := range p.rows {
		row := &p.rows[i]
		key, etag := p.lexer.bytes(row.key), p.lexer.bytes(row.etag)
		row.key.from = len(p.text)
		if !p.found.encoded {
			p.text = append(p.text, key...)
		} else if err := p.decode(key); err != nil {
			return p.Entries, err
		}
		row.key.to, row.etag.from = len(p.text), len(p.text)
		p.text = append(p.text, etag...)
		row.etag.to = len(p.text)
	}
	if err := p.settle(); err != nil {
		return p.Entries, err
	}
	text, entries := string(p.text), p.Entries
	for _, row := range p.rows {
		entries = append(entries, Entry{
			Key: text[row.key.from:row.key.to], ETag: text[row.etag.from:row.etag.to], Size: row.size, Modified: row.modified,
		})
	}

	return entries, nil
}
