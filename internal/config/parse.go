package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxBytes bounds a document: the renderer puts it into a ConfigMap, which holds no more.
const maxBytes = 1 << 20

// parse returns the one document of data that is not empty.
func parse(source string, data []byte) (*yaml.Node, *Error) {
	if len(data) > maxBytes {
		return nil, &Error{Source: source, Message: "is larger than 1 MiB, which is what a ConfigMap holds"}
	}
	if fault := checkText(source, data); fault != nil {
		return nil, fault
	}
	var found *yaml.Node
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var document yaml.Node
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF) && found == nil:
			return nil, &Error{Source: source, Message: "is empty; `ferry init` writes a document to start from"}
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, syntaxError(source, data, err)
		case document.Content[0].Tag == "!!null":
		case found != nil:
			root := document.Content[0]
			return nil, &Error{Source: source, Line: root.Line, Column: root.Column, Message: "holds a second document; Ferry reads one"}
		default:
			found = &document
		}
	}
}

// checkText finds the bytes of which the YAML parser would not tell the place. Text with the mark of
// UTF-16, which some shells on Windows write, is left to the parser.
func checkText(source string, data []byte) *Error {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil
	}
	line, column := 1, 1
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return &Error{Source: source, Line: line, Column: column, Message: "is not UTF-8 text"}
		case r == '\n':
			line, column = line+1, 0
		case unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\u0085':
			return &Error{Source: source, Line: line, Column: column, Message: fmt.Sprintf("holds a control character, %U", r)}
		}
		column++
		rest = rest[size:]
	}
	return nil
}

var (
	yamlError     = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	parserError   = regexp.MustCompile(`^did not find expected (<|key|'-'|',' or|node content)`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxError turns the parser's text into an [Error]: the parser has no other way to tell the
// line. It leaves the first line out, and counts from 0 when the grammar is at fault and not a token.
func syntaxError(source string, data []byte, err error) *Error {
	match := yamlError.FindStringSubmatch(err.Error())
	if match == nil {
		return &Error{Source: source, Message: "is not YAML: " + err.Error()}
	}
	fault := &Error{Source: source, Line: 1, Message: "is not YAML: " + match[2]}
	if line, err := strconv.Atoi(match[1]); err == nil {
		fault.Line = line
		if parserError.MatchString(match[2]) {
			fault.Line++
		}
	}
	if anchor := unknownAnchor.FindStringSubmatch(match[2]); anchor != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+anchor[1]))
		fault.Line = bytes.Count(before, []byte("\n")) + 1
	}
	if lines := strings.Split(string(data), "\n"); fault.Line <= len(lines) {
		text := lines[fault.Line-1]
		if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; strings.Contains(indent, "\t") {
			fault.Message = "is not YAML: the line is indented with a tab; use spaces"
		}
	}
	return fault
}
