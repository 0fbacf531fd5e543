package s3list

import (
	"bytes"
	"errors"
	"fmt"
)

// Escapes is what pages have shown of how a server encodes keys. AWS, MinIO and most
// others write a space as a plus and a plus as %2B; others write a space as %20 and
// leave the plus alone. A page that has a plus and neither of the two leaves it open.
type Escapes uint8

// The evidence.
const (
	SpaceEscaped Escapes = 1 << iota // a space is %20, hence a plus is a plus
	PlusEscaped                      // a plus is %2B, hence a plus is a space
)

// decode appends a key without its encoding. A plus stays one until it is settled.
func (p *Page) decode(key []byte) error {
	if bytes.IndexByte(key, '%') < 0 && bytes.IndexByte(key, '+') < 0 {
		p.text = append(p.text, key...)

		return nil
	}
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch c {
		case '+':
			p.pluses = append(p.pluses, len(p.text))
		case '%':
			var ok bool
			if c, ok = unescape(key[i:]); !ok {
				return fmt.Errorf("listing says that keys are encoded, and %.200q is not", key)
			}
			i += 2
			switch c {
			case ' ':
				p.Escapes |= SpaceEscaped
			case '+':
				p.Escapes |= PlusEscaped
			}
		}
		p.text = append(p.text, c)
	}

	return nil
}

// settle decides what the pluses of the page are.
func (p *Page) settle() error {
	switch {
	case len(p.pluses) == 0 || p.Escapes == SpaceEscaped:
		return nil
	case p.Escapes == SpaceEscaped|PlusEscaped:
		return errors.New("listing encodes both spaces and pluses, and has pluses beside")
	}
	p.Doubtful = p.Escapes == 0
	for _, at := range p.pluses {
		p.text[at] = ' '
	}

	return nil
}

// unescape decodes the code at the beginning of s.
func unescape(s []byte) (c byte, ok bool) {
	if len(s) < 3 {
		return 0, false
	}
	high, low := digit(s[1]), digit(s[2])

	return high<<4 | low, high < 16 && low < 16
}

// digit is the value of a hexadecimal digit, or more than that.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	default:
		return 16
	}
}
