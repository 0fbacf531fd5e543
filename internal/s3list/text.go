package s3list

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// class is what a byte of text asks for.
type class uint8

const (
	ordinary class = iota
	special        // stands for something else, or may
	stop           // <
	foreign        // not ASCII
	illegal
)

// classes has the class of each byte.
var classes = func() (table [256]class) {
	for c := range table {
		switch {
		case c >= utf8.RuneSelf:
			table[c] = foreign
		case c < ' ' && c != '\t' && c != '\n' && c != '\r':
			table[c] = illegal
		}
	}
	table['&'], table['\r'], table['>'], table['<'] = special, special, special, stop

	return table
}()

// chars reads text up to the next tag. It is whole when the text means what it says,
// without references and odd line ends.
func (l *lexer) chars() (text span, whole bool, err error) {
	from, whole := l.pos, true
	for l.ordinary() {
		switch c := l.data[l.pos]; classes[c] {
		case stop:
			return span{from: from, to: l.pos}, whole, nil
		case special:
			if c == '>' && bytes.HasSuffix(l.data[from:l.pos], []byte("]]")) {
				return text, false, l.fail("there is an end of CDATA without a beginning")
			}
			whole = whole && c == '>'
		case ordinary, foreign, illegal:
		}
		size, err := l.char()
		if err != nil {
			return text, false, err
		}
		l.pos += size
	}

	return text, false, l.fail("document ends in %s", l.name())
}

// ordinary skips what needs no look, and reports whether there is something behind.
func (l *lexer) ordinary() bool {
	data, pos := l.data, l.pos
	for pos < len(data) && classes[data[pos]] == ordinary {
		pos++
	}
	l.pos = pos

	return pos < len(data)
}

// char checks one character and returns its length.
func (l *lexer) char() (int, error) {
	switch c := l.data[l.pos]; classes[c] {
	case illegal:
		return 0, l.fail("there is the character %#x, which XML does not have", c)
	case foreign:
		r, size := utf8.DecodeRune(l.rest())
		if r == utf8.RuneError && size == 1 {
			return 0, l.fail("document is not UTF-8")
		}
		if r == 0xfffe || r == 0xffff {
			return 0, l.fail("there is the character %U, which XML does not have", r)
		}

		return size, nil
	case ordinary, special, stop:
	}

	return 1, nil
}

// cdata appends a CDATA section to aux.
func (l *lexer) cdata() error {
	l.pos += len("<![CDATA[")
	length := bytes.Index(l.rest(), []byte("]]>"))
	if length < 0 {
		return l.fail("CDATA has no end")
	}
	text := span{from: l.pos, to: l.pos + length}
	for l.pos < text.to {
		size, err := l.char()
		if err != nil {
			return err
		}
		l.pos += size
	}
	l.pos += len("]]>")
	l.lines(l.bytes(text))

	return nil
}

// lines appends text to aux with line ends as XML has them.
func (l *lexer) lines(text []byte) {
	for i, c := range text {
		switch {
		case c == '\r':
			l.aux = append(l.aux, '\n')
		case c != '\n' || i == 0 || text[i-1] != '\r':
			l.aux = append(l.aux, c)
		}
	}
}

// expand appends text to aux, with what its references stand for.
func (l *lexer) expand(s span) error {
	text := l.data[s.from:s.to]
	for {
		at := bytes.IndexByte(text, '&')
		if at < 0 {
			l.lines(text)

			return nil
		}
		l.lines(text[:at])
		text = text[at+1:]
		end := bytes.IndexByte(text[:min(len(text), 12)], ';')
		if end < 0 {
			return l.fail("reference %.12q has no end", text)
		}
		if !l.reference(text[:end]) {
			return l.fail("cannot read the reference %q", text[:end])
		}
		text = text[end+1:]
	}
}

// reference appends what a reference stands for.
func (l *lexer) reference(name []byte) bool {
	switch string(name) {
	case "quot", "#34":
		l.aux = append(l.aux, '"')
	case "amp":
		l.aux = append(l.aux, '&')
	case "lt":
		l.aux = append(l.aux, '<')
	case "gt":
		l.aux = append(l.aux, '>')
	case "apos":
		l.aux = append(l.aux, '\'')
	default:
		r, ok := number(name)
		if !ok {
			return false
		}
		l.aux = utf8.AppendRune(l.aux, r)
	}

	return true
}

// number reads #1234 or #x12ab. Zero and surrogates are no characters.
func number(name []byte) (rune, bool) {
	text, base := string(name), 10
	if len(text) < 2 || text[0] != '#' {
		return 0, false
	}
	if text = text[1:]; text[0] == 'x' {
		text, base = text[1:], 16
	}
	n, err := strconv.ParseUint(text, base, 32)
	r := rune(n)

	return r, err == nil && n > 0 && n <= utf8.MaxRune && utf8.ValidRune(r)
}
