package s3list

import (
	"bytes"
	"errors"
	"fmt"
)

// field is an element that may occur once.
type field uint16

const (
	fieldKey field = 1 << iota
	fieldSize
	fieldETag
	fieldModified
	fieldTruncated
	fieldNext
	fieldCount
	fieldEncoding
)

// document reads everything into rows and summary.
func (p *Page) document() error {
	l := &p.lexer
	root, err := l.root()
	if err != nil {
		return err
	}
	switch string(root) {
	case "ListBucketResult":
	case "Error":
		return l.serviceError()
	default:
		return l.fail("answer is no listing: its root is %.100q", root)
	}
	for {
		name, ok, err := l.child()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := p.element(name); err != nil {
			return err
		}
	}
	if p.found.has&fieldTruncated == 0 {
		return errors.New("listing does not say whether it is truncated")
	}

	return l.end()
}

// element reads a child of the root.
func (p *Page) element(name []byte) (err error) {
	switch string(name) {
	case "Contents":
		return p.contents()
	case "CommonPrefixes":
		return p.commonPrefixes()
	case "IsTruncated":
		p.found.truncated, err = readText(p, fieldTruncated, parseTruth)
	case "NextContinuationToken":
		p.found.next, err = readText(p, fieldNext, func(text []byte) (string, bool) { return string(text), true })
	case "KeyCount":
		p.found.keys, err = readText(p, fieldCount, parseSize)
	case "EncodingType":
		p.found.encoded, err = readText(p, fieldEncoding, parseEncoding)
	default:
		return p.lexer.skip()
	}

	return err
}

// readText reads a field of the page.
func readText[T any](p *Page, f field, parse func([]byte) (T, bool)) (T, error) {
	return parsed(&p.lexer, &p.found.has, f, parse)
}

// parsed reads the text of the current element, a field that may occur once.
func parsed[T any](l *lexer, has *field, f field, parse func([]byte) (T, bool)) (T, error) {
	name := l.open[len(l.open)-1]
	text, err := l.once(has, f)
	if err != nil {
		var none T

		return none, err
	}
	value, ok := parse(l.bytes(text))
	if !ok {
		return value, l.fail("cannot read %s %.100q", local(name), l.bytes(text))
	}

	return value, nil
}

// once reads the text of the current element, which must be the first of its kind.
func (l *lexer) once(has *field, f field) (span, error) {
	if *has&f != 0 {
		return span{}, l.fail("%s occurs twice", l.name())
	}
	*has |= f

	return l.leaf()
}

// contents reads one object.
func (p *Page) contents() error {
	l := &p.lexer
	var r row
	for {
		name, ok, err := l.child()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		switch string(name) {
		case "Key":
			r.key, err = l.once(&r.has, fieldKey)
		case "ETag":
			r.etag, err = l.once(&r.has, fieldETag)
		case "Size":
			r.size, err = parsed(l, &r.has, fieldSize, parseSize)
		case "LastModified":
			r.modified, err = parsed(l, &r.has, fieldModified, parseTime)
		default:
			err = l.skip()
		}
		if err != nil {
			return err
		}
	}
	switch {
	case r.key.from == r.key.to:
		return l.fail("object %d of the listing has no key", len(p.rows)+1)
	case r.has&fieldSize == 0:
		return l.fail("object %.200q of the listing has no size", l.bytes(r.key))
	}
	p.rows = append(p.rows, r)

	return nil
}

// commonPrefixes refuses prefixes that stand for keys. Nobody asked for them.
func (p *Page) commonPrefixes() error {
	for {
		name, ok, err := p.lexer.child()
		if err != nil || !ok {
			return err
		}
		if string(name) != "Prefix" {
			err = p.lexer.skip()
		} else {
			var prefix span
			if prefix, err = p.lexer.leaf(); err == nil && prefix.from < prefix.to {
				err = p.lexer.fail("listing hides keys behind the common prefix %.200q", p.lexer.bytes(prefix))
			}
		}
		if err != nil {
			return err
		}
	}
}

// Error is what a server says instead of a listing.
type Error struct {
	Code, Message, Resource, RequestID string

	Region string // of the bucket, where that is what is wrong
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// ParseError reads an error document.
func ParseError(data []byte) (*Error, error) {
	var l lexer
	l.reset(data)
	root, err := l.root()
	if err != nil {
		return nil, err
	}
	if string(root) != "Error" {
		return nil, l.fail("answer is no error document: its root is %.100q", root)
	}
	err = l.serviceError()
	if said, ok := errors.AsType[*Error](err); ok {
		return said, nil
	}

	return nil, err
}

// serviceError reads the rest of an error document. It always returns an error.
func (l *lexer) serviceError() error {
	said := &Error{}
	for {
		name, ok, err := l.child()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		target := map[string]*string{
			"Code": &said.Code, "Message": &said.Message, "Resource": &said.Resource, "RequestId": &said.RequestID,
			"Region": &said.Region,
		}[string(name)]
		if target == nil {
			err = l.skip()
		} else {
			var text span
			text, err = l.leaf()
			*target = string(bytes.TrimSpace(l.bytes(text)))
		}
		if err != nil {
			return err
		}
	}
	if err := l.end(); err != nil {
		return err
	}

	return said
}
