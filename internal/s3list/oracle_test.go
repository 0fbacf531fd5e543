package s3list_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/internal/s3list"
)

// listing is what the oracle makes of a page.
type listing struct {
	Entries   []s3list.Entry
	Truncated bool
	Next      string
}

// oracle reads a page with encoding/xml, and refuses what a listing does not have:
// text and elements in the wrong place, fields that are missing, odd or there twice,
// document types, deep nesting, something behind the end.
func oracle(data []byte) (listing, error) {
	root, err := tree(xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))))
	if err != nil {
		return listing{}, err
	}
	encoding := once(root, "EncodingType", func(s string) (string, bool) { return s, s == "" || strings.EqualFold(s, "url") })
	truncated := once(root, "IsTruncated", parseTruth)
	count := once(root, "KeyCount", parseNumber)
	next := raw(root, "NextContinuationToken")
	err = errors.Join(encoding.err, truncated.err, count.err, next.err)
	if root.name != "ListBucketResult" || root.hasText() || !truncated.found {
		err = errors.Join(err, errors.New("no listing"))
	}
	page := listing{Truncated: truncated.value, Next: next.value}
	for _, child := range root.children {
		switch child.name {
		case "CommonPrefixes":
			err = errors.Join(err, noPrefix(child))
		case "Contents":
			entry, failed := contents(child)
			page.Entries, err = append(page.Entries, entry), errors.Join(err, failed)
		}
	}
	if int64(len(page.Entries)) < count.value {
		err = errors.Join(err, errors.New("fewer keys than announced"))
	}
	if encoding.value != "" {
		err = errors.Join(err, decodeKeys(page.Entries))
	}

	return page, err
}

func noPrefix(n *node) error {
	for _, child := range n.children {
		if child.name == "Prefix" && (len(child.children) > 0 || child.chars != "") {
			return errors.New("hidden keys")
		}
	}

	return n.onlyElements()
}

func contents(n *node) (s3list.Entry, error) {
	key, etag := raw(n, "Key"), raw(n, "ETag")
	size, modified := once(n, "Size", parseNumber), once(n, "LastModified", parseTime)
	err := errors.Join(key.err, etag.err, size.err, modified.err, n.onlyElements())
	if key.value == "" || !size.found {
		err = errors.Join(err, errors.New("no object"))
	}

	return s3list.Entry{Key: key.value, ETag: etag.value, Size: size.value, Modified: modified.value}, err
}

// decodeKeys takes a plus for a plus where spaces are seen to be encoded.
func decodeKeys(entries []s3list.Entry) error {
	var all strings.Builder
	for _, entry := range entries {
		all.WriteString(entry.Key + "\n")
	}
	// A percent sign is %25, so these are no parts of another code.
	space, plus := strings.Contains(all.String(), "%20"), strings.Contains(strings.ToUpper(all.String()), "%2B")
	if space && plus && strings.Contains(all.String(), "+") {
		return errors.New("pluses and both codes")
	}
	unescape := url.QueryUnescape
	if space {
		unescape = url.PathUnescape
	}
	for i := range entries {
		var err error
		if entries[i].Key, err = unescape(entries[i].Key); err != nil {
			return err
		}
	}

	return nil
}

func parseTruth(s string) (value, ok bool) {
	value, err := strconv.ParseBool(s)

	return value, err == nil && !strings.ContainsAny(s[:1], "tfTF") || s == "true" || s == "false" || s == "True" || s == "False"
}

func parseNumber(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)

	return int64(n), err == nil && len(s) < 20
}

func parseTime(s string) (t time.Time, ok bool) {
	err := t.UnmarshalText([]byte(s))

	return t.UTC(), err == nil
}

// field is what a child that may occur once holds.
type field[T any] struct {
	value T
	found bool
	err   error
}

// once reads a child without the white space around its text.
func once[T any](n *node, name string, parse func(string) (T, bool)) field[T] {
	text := raw(n, name)
	if !text.found || text.err != nil {
		return field[T]{found: text.found, err: text.err}
	}
	value, ok := parse(strings.TrimSpace(text.value))
	if !ok {
		return field[T]{found: true, err: fmt.Errorf("odd %s", name)}
	}

	return field[T]{value: value, found: true}
}

// raw reads a child as it is.
func raw(n *node, name string) (f field[string]) {
	for _, child := range n.children {
		if child.name != name {
			continue
		}
		if f.found || len(child.children) > 0 {
			f.err = fmt.Errorf("%s is no field", name)
		}
		f.found, f.value = true, child.chars
	}

	return f
}

// node is an element as encoding/xml sees it.
type node struct {
	name     string
	chars    string
	children []*node
}

func (n *node) hasText() bool { return strings.Trim(n.chars, " \t\r\n") != "" }

func (n *node) onlyElements() error {
	if n.hasText() {
		return fmt.Errorf("text in %s", n.name)
	}

	return nil
}

// tree reads a document.
func tree(decoder *xml.Decoder) (*node, error) {
	top := &node{}
	open := []*node{top}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(open) == 1 && len(top.children) == 1 && !top.hasText() {
			return top.children[0], nil
		}
		if err != nil {
			return nil, fmt.Errorf("no document: %w", err)
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			child := &node{name: token.Name.Local}
			last.children = append(last.children, child)
			if open = append(open, child); len(open) > 33 {
				return nil, errors.New("nested too deeply")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.chars += string(token)
		case xml.Directive:
			return nil, errors.New("a directive")
		case xml.ProcInst, xml.Comment:
		}
	}
}
