package s3list_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/helm-ferry/ferry/internal/s3list"
)

// Pages are read as they were meant, however they are written; damaged in one place,
// they are read as encoding/xml reads them, or refused.
func TestGeneratedPages(t *testing.T) {
	for seed := range uint64(1500) {
		w := writer{Rand: rand.New(rand.NewPCG(seed, 0))}
		want := w.listing()
		doc := w.document(want)
		var page s3list.Page
		if err := page.Parse([]byte(doc), 0); err != nil {
			t.Fatalf("seed %d: %v in %q", seed, err, doc)
		}
		got := listing{Entries: page.Entries, Truncated: page.Truncated, Next: page.Next}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d: %q (-want +got):\n%s", seed, doc, diff)
		}
		for range 10 {
			compare(t, []byte(w.damaged(doc)))
		}
	}
}

// writer writes the same in many ways.
type writer struct {
	*rand.Rand

	prefix string
}

func (w *writer) coin() bool { return w.IntN(2) == 0 }

func pick[T any](w *writer, from ...T) T { return from[w.IntN(len(from))] }

func (w *writer) listing() listing {
	page := listing{Truncated: w.coin()}
	if page.Truncated {
		page.Next = w.text()
	}
	for range w.IntN(4) {
		page.Entries = append(page.Entries, s3list.Entry{
			Key: "k" + w.text(), Size: w.Int64N(1 << w.IntN(63)), ETag: pick(w, "", `"abc"`, w.text()),
			Modified: time.Unix(w.Int64N(4e9), w.Int64N(1e9)).UTC(),
		})
	}

	return page
}

// text is a text of characters that matter.
func (w *writer) text() string {
	var s strings.Builder
	for range w.IntN(8) {
		s.WriteString(pick(w, "a", "Z", " ", "+", "%", "%41", "/", "&", "<", ">", "]]", `"`, "'", "\n", "é", "日", "\U0001f6a2", "-"))
	}

	return s.String()
}

// document writes a page.
func (w *writer) document(page listing) string {
	declaration := pick(w, "", "\ufeff", "\n <!-- a -->", `<?xml version="1.0" encoding="UTF-8"?>`, "\ufeff<?xml version='1.0' ?>\n")
	w.prefix = pick(w, "", "", "s3:")
	encode := pick(w, nil, url.QueryEscape, func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") })
	parts := []string{w.element("IsTruncated", strconv.FormatBool(page.Truncated))}
	if page.Next != "" {
		parts = append(parts, w.element("NextContinuationToken", w.escaped(page.Next)))
	}
	if encode != nil {
		parts = append(parts, w.element("EncodingType", "url"))
	}
	if w.coin() {
		parts = append(parts, w.element("KeyCount", strconv.Itoa(len(page.Entries))))
	}
	if w.coin() {
		parts = append(parts, w.element(pick(w, "Name", "Prefix", "New"), pick(w, "", w.escaped(w.text()), w.element("Contents", w.element("Key", "no")))))
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	at := w.IntN(len(parts) + 1)
	parts = slices.Insert(parts, at, w.contents(page.Entries, encode))

	return declaration + w.element("ListBucketResult", w.aside()+strings.Join(parts, w.aside())) + w.aside()
}

func (w *writer) contents(entries []s3list.Entry, encode func(string) string) string {
	var all strings.Builder
	for _, entry := range entries {
		key := entry.Key
		if encode != nil {
			key = encode(key)
		}
		fields := []string{
			w.element("Key", w.escaped(key)), w.element("Size", strconv.FormatInt(entry.Size, 10)),
			w.element("LastModified", entry.Modified.Format(time.RFC3339Nano)),
		}
		if entry.ETag != "" || w.coin() {
			fields = append(fields, w.element("ETag", w.escaped(entry.ETag)))
		}
		if w.coin() {
			fields = append(fields, w.element("Owner", w.element("ID", w.escaped(w.text()))))
		}
		w.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
		all.WriteString(w.element("Contents", strings.Join(fields, w.aside())) + w.aside())
	}

	return all.String()
}

func (w *writer) element(name, content string) string {
	name = w.prefix + name
	attributes := pick(w, "", "", " ", ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`, "\n a = 'x>\"&lt;' ")
	if content == "" && w.coin() {
		return "<" + name + attributes + "/>"
	}

	return "<" + name + attributes + ">" + content + "</" + name + pick(w, "", "", " ") + ">"
}

// aside is what means nothing.
func (w *writer) aside() string {
	return pick(w, "", "", "", "\n\t", "<!-- <x> & -->", "<?x <y> ?>", " \r\n")
}

// escaped writes text as it has to be, or may be, in XML.
func (w *writer) escaped(text string) string {
	var s strings.Builder
	for _, r := range text {
		reference := fmt.Sprintf(pick(w, "&#%d;", "&#x%x;", "&#x%X;"), r)
		switch named := map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&apos;"}[r]; {
		case named != "":
			s.WriteString(pick(w, named, reference, "<![CDATA["+string(r)+"]]>"))
		case w.IntN(8) == 0:
			s.WriteString(pick(w, reference, "<![CDATA["+string(r)+"]]>", string(r)+"<!-- & -->"))
		default:
			s.WriteRune(r)
		}
	}

	return s.String()
}

// damaged changes a document in one place.
func (w *writer) damaged(doc string) string {
	at := w.IntN(len(doc))
	end := min(len(doc), at+1+w.IntN(pick(w, 1, 10, 100)))
	what := pick(w, "", "", doc[at:end]+doc[at:end], "<", ">", "&", "/", " ", "x", "]]>", "<Key>", "</Contents>", "\x00", "<!--", `"`, "1", "+")

	return doc[:at] + what + doc[end:]
}
