package manifest

import "bytes"

// chunk is the text of one document, from its separator line to the next one.
type chunk struct {
	text []byte
	line int // line of the stream that the chunk begins on, from 1
}

// split cuts data in front of each separator line and behind each document end marker. The chunks
// joined are data. Directives (%YAML) stay with the document that they precede.
func split(data []byte) []chunk {
	var chunks []chunk
	start, startLine, line := 0, 1, 1
	cut := func(end int) {
		if end > start {
			chunks = append(chunks, chunk{data[start:end], startLine})
			start, startLine = end, line
		}
	}
	for at := 0; at < len(data); line++ {
		next := len(data)
		if newline := bytes.IndexByte(data[at:], '\n'); newline >= 0 {
			next = at + newline + 1
		}
		switch text := data[at:next]; {
		case isMarker(text, "---"):
			if !onlyDirectives(data[start:at]) {
				cut(at)
			}
		case isMarker(text, "..."):
			line++
			cut(next)
			line--
		}
		at = next
	}
	cut(len(data))
	return chunks
}

// isMarker tells whether line is marker alone or marker followed by white space.
func isMarker(line []byte, marker string) bool {
	rest, found := bytes.CutPrefix(line, []byte(marker))
	return found && (len(rest) == 0 || isSpace(rest[0]))
}

// onlyDirectives tells whether text has a YAML directive and, apart from it, only comments.
func onlyDirectives(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		switch trimmed := bytes.TrimSpace(line); {
		case bytes.HasPrefix(line, []byte("%")):
			found = true
		case len(trimmed) > 0 && trimmed[0] != '#':
			return false
		}
	}
	return found
}

// startsWithSeparator tells whether text begins with a separator line or with a directive.
func startsWithSeparator(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return isMarker(line, "---") || bytes.HasPrefix(text, []byte("%"))
}

// endsWithMarker tells whether the last line of text ends a document by itself.
func endsWithMarker(text []byte) bool {
	text = bytes.TrimSuffix(text, []byte("\n"))
	return isMarker(text[bytes.LastIndexByte(text, '\n')+1:], "...")
}

// isBlank tells whether text has nothing but blank lines, comments and the marker at its end.
func isBlank(text []byte) bool {
	for line := range bytes.Lines(text) {
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' && !isMarker(line, "...") {
			return false
		}
	}
	return true
}
