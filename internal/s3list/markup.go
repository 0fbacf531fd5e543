package s3list

import (
	"bytes"
)

// between skips what may stand between elements and means nothing.
func (l *lexer) between() error {
	for {
		l.blank()
		switch {
		case l.pos == len(l.data):
			if len(l.open) > 0 {
				return l.fail("document ends in %s", l.name())
			}

			return nil
		case l.data[l.pos] != '<':
			return l.fail("there is text where an element should be")
		case l.at("<!"), l.at("<?"):
			if err := l.aside(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// enter reads a start tag.
func (l *lexer) enter() ([]byte, error) {
	l.pos++ // <
	name, err := l.readName()
	if err != nil {
		return nil, err
	}
	if len(l.open) == maxDepth {
		return nil, l.fail("elements are nested too deeply")
	}
	l.open = append(l.open, name)
	for {
		l.blank()
		switch {
		case l.at(">"):
			l.pos++

			return l.name(), nil
		case l.at("/>"):
			l.pos += 2
			l.empty = true

			return l.name(), nil
		}
		if _, _, err := l.attribute(); err != nil {
			return nil, err
		}
	}
}

// exit reads the end tag of the innermost element.
func (l *lexer) exit() error {
	name := l.open[len(l.open)-1]
	l.pos += 2 // </
	rest := l.rest()
	if len(rest) > len(name) && rest[len(name)] == '>' && bytes.Equal(rest[:len(name)], name) {
		l.pos += len(name) + 1
		l.leave()

		return nil
	}
	other, err := l.readName()
	if err != nil {
		return err
	}
	if !bytes.Equal(other, name) {
		return l.fail("%s is closed as %.100s", name, other)
	}
	l.blank()
	if !l.at(">") {
		return l.fail("end tag of %s is not one", name)
	}
	l.pos++
	l.leave()

	return nil
}

func (l *lexer) leave() {
	l.open, l.empty = l.open[:len(l.open)-1], false
}

// readName reads the name of an element or attribute, with at most one prefix.
func (l *lexer) readName() ([]byte, error) {
	from, colon := l.pos, -1
	for ; l.pos < len(l.data); l.pos++ {
		c := l.data[l.pos]
		if c == ':' && colon < 0 {
			colon = l.pos
		} else if c == ':' || !nameByte(c, l.pos > from) {
			break
		}
	}
	if l.pos == from || colon == from || colon == l.pos-1 || l.at(":") {
		return nil, l.fail("there is no name where one should be")
	}

	return l.data[from:l.pos], nil
}

// nameByte reports whether c may be in a name, or at its beginning.
func nameByte(c byte, inside bool) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' ||
		inside && ('0' <= c && c <= '9' || c == '-' || c == '.')
}

// attribute reads a name and a value in quotes.
func (l *lexer) attribute() (name []byte, value span, err error) {
	if name, err = l.readName(); err != nil {
		return nil, value, err
	}
	l.blank()
	if !l.at("=") {
		return nil, value, l.fail("attribute %.100s has no value", name)
	}
	l.pos++
	l.blank()
	if !l.at(`"`) && !l.at("'") {
		return nil, value, l.fail("attribute %.100s has no quotes", name)
	}
	quote := l.data[l.pos]
	l.pos++
	value = span{from: l.pos}
	length := bytes.IndexByte(l.rest(), quote)
	if length < 0 || bytes.IndexByte(l.rest()[:length], '<') >= 0 {
		return nil, value, l.fail("attribute %.100s has no end", name)
	}
	value.to = l.pos + length

	return name, value, l.attributeText(value)
}

// attributeText checks the characters of a value and goes behind it.
func (l *lexer) attributeText(value span) error {
	for l.pos < value.to {
		size, err := l.char()
		if err != nil {
			return err
		}
		l.pos += size
	}
	aux := len(l.aux)
	err := l.expand(value)
	l.aux = l.aux[:aux]
	l.pos = value.to + 1

	return err
}

// declaration reads <?xml …?>.
func (l *lexer) declaration() error {
	l.pos += len("<?xml")
	for {
		l.blank()
		if l.at("?>") {
			l.pos += 2

			return nil
		}
		name, value, err := l.attribute()
		if err != nil {
			return err
		}
		text := l.bytes(value)
		switch string(name) {
		case "version":
			if string(text) != "1.0" {
				return l.fail("XML of version %.100q", text)
			}
		case "encoding":
			if !bytes.EqualFold(text, []byte("UTF-8")) {
				return l.fail("XML in the encoding %.100q", text)
			}
		case "standalone":
			if string(text) != "yes" && string(text) != "no" {
				return l.fail("XML that is standalone %.100q", text)
			}
		default:
			return l.fail("XML declaration has a %.100s", name)
		}
	}
}

// aside skips a comment or a processing instruction.
func (l *lexer) aside() error {
	if l.at("<?") {
		return l.instruction()
	}
	if !l.at("<!--") {
		return l.fail("there is markup that a listing does not have")
	}
	l.pos += len("<!--")
	end := bytes.Index(l.rest(), []byte("--"))
	if end < 0 {
		return l.fail("comment has no end")
	}
	l.pos += end
	if !l.at("-->") {
		return l.fail("comment has two hyphens in it")
	}
	l.pos += len("-->")

	return nil
}

func (l *lexer) instruction() error {
	l.pos += 2
	target, err := l.readName()
	if err != nil {
		return err
	}
	if bytes.EqualFold(target, []byte("xml")) {
		return l.fail("XML declaration is not at the beginning")
	}
	end := bytes.Index(l.rest(), []byte("?>"))
	if end < 0 {
		return l.fail("processing instruction has no end")
	}
	l.pos += end + 2

	return nil
}
