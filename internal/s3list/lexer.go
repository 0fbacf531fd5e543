package s3list

import (
	"bytes"
	"fmt"
)

// maxDepth is how deep elements may stand in one another.
const maxDepth = 32

// span is a piece of the document, or of what had to be put together.
type span struct {
	from, to int
	aux      bool
}

// lexer walks through a document. The names of open elements and their order are
// checked, whoever asks for them.
type lexer struct {
	data  []byte
	pos   int
	open  [][]byte // the names of the elements around pos
	empty bool     // the innermost element was <name/> and is still to be left
	aux   []byte   // texts that do not stand in the document as they are
}

func (l *lexer) reset(data []byte) {
	*l = lexer{data: data, open: l.open[:0], aux: l.aux[:0]}
}

// bytes is the text of a span.
func (l *lexer) bytes(s span) []byte {
	if s.aux {
		return l.aux[s.from:s.to]
	}

	return l.data[s.from:s.to]
}

// fail is an error at the current place.
func (l *lexer) fail(format string, args ...any) error {
	return fmt.Errorf("byte %d: "+format, append([]any{l.pos}, args...)...)
}

// rest is what was not looked at yet.
func (l *lexer) rest() []byte { return l.data[l.pos:] }

// at reports whether the document continues with s.
func (l *lexer) at(s string) bool {
	rest := l.rest()

	return len(rest) >= len(s) && string(rest[:len(s)]) == s
}

// name is that of the innermost open element, without a prefix.
func (l *lexer) name() []byte { return local(l.open[len(l.open)-1]) }

// local is a name without its prefix.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// blank skips white space.
func (l *lexer) blank() {
	for l.pos < len(l.data) && isBlank(l.data[l.pos]) {
		l.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// root finds the element that holds all others and enters it.
func (l *lexer) root() ([]byte, error) {
	if l.at("\ufeff") {
		l.pos += len("\ufeff")
	}
	l.blank()
	if rest := l.rest(); l.at("<?xml") && len(rest) > len("<?xml") && isBlank(rest[len("<?xml")]) {
		if err := l.declaration(); err != nil {
			return nil, err
		}
	}
	if err := l.between(); err != nil {
		return nil, err
	}
	if l.pos == len(l.data) {
		return nil, l.fail("document has no content")
	}

	return l.enter()
}

// end demands that nothing follows.
func (l *lexer) end() error {
	if err := l.between(); err != nil {
		return err
	}
	if l.pos < len(l.data) {
		return l.fail("document goes on behind its end")
	}

	return nil
}

// child enters the next element inside of the current one. Without one, it leaves
// the current element and reports false.
func (l *lexer) child() (name []byte, ok bool, err error) {
	if l.empty {
		l.leave()

		return nil, false, nil
	}
	if err := l.between(); err != nil {
		return nil, false, err
	}
	if l.at("</") {
		return nil, false, l.exit()
	}
	name, err = l.enter()

	return name, err == nil, err
}

// leaf reads the text of the current element, which has nothing else in it, and
// leaves it.
func (l *lexer) leaf() (span, error) {
	if l.empty {
		l.leave()

		return span{}, nil
	}
	text, whole, err := l.chars()
	if err != nil {
		return span{}, err
	}
	if whole && l.at("</") {
		return text, l.exit()
	}

	return l.assemble(text)
}

// assemble reads the text of an element that is not in one piece.
func (l *lexer) assemble(first span) (span, error) {
	whole := span{from: len(l.aux), aux: true}
	if err := l.expand(first); err != nil {
		return whole, err
	}
	for {
		switch {
		case l.at("</"):
			whole.to = len(l.aux)

			return whole, l.exit()
		case l.at("<![CDATA["):
			if err := l.cdata(); err != nil {
				return whole, err
			}
		case l.at("<!"), l.at("<?"):
			if err := l.aside(); err != nil {
				return whole, err
			}
		case l.at("<"):
			return whole, l.fail("there is an element in %s", l.name())
		default:
			text, _, err := l.chars()
			if err == nil {
				err = l.expand(text)
			}
			if err != nil {
				return whole, err
			}
		}
	}
}

// skip leaves the current element and all in it.
func (l *lexer) skip() error {
	aux := len(l.aux)
	for depth := len(l.open); len(l.open) >= depth; {
		var err error
		switch {
		case l.empty:
			l.leave()
		case l.at("</"):
			err = l.exit()
		case l.at("<![CDATA["):
			err = l.cdata()
		case l.at("<!"), l.at("<?"):
			err = l.aside()
		case l.at("<"):
			_, err = l.enter()
		default:
			var text span
			var whole bool
			if text, whole, err = l.chars(); err == nil && !whole {
				err = l.expand(text)
			}
		}
		if err != nil {
			return err
		}
		l.aux = l.aux[:aux]
	}

	return nil
}
