package manifest

import (
	"bytes"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Stream is a sequence of documents.
type Stream struct {
	Documents []*Document

	mark []byte // the byte order mark that the stream began with
}

var byteOrderMark = []byte("\uFEFF")

// Parse reads a stream, which keeps data. The error is a [*SyntaxError]: that of the first broken
// document.
func Parse(data []byte) (*Stream, error) {
	stream := &Stream{}
	if bytes.HasPrefix(data, byteOrderMark) {
		stream.mark, data = data[:len(byteOrderMark)], data[len(byteOrderMark):]
	}
	pieces := split(data)
	stream.Documents = make([]*Document, len(pieces))
	errs := make([]error, len(pieces))
	inParallel(len(pieces), func(i int) {
		stream.Documents[i] = &Document{index: i + 1, line: pieces[i].line, raw: pieces[i].text}
		errs[i] = stream.Documents[i].parse()
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return stream, nil
}

// inParallel calls do for the numbers below n, on all processors.
func inParallel(n int, do func(int)) {
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

// Bytes returns the text of the stream.
func (s *Stream) Bytes() []byte {
	texts := make([][]byte, len(s.Documents))
	inParallel(len(texts), func(i int) {
		texts[i] = s.Documents[i].Bytes()
		if i < len(texts)-1 {
			texts[i] = terminated(texts[i])
		}
	})
	out := bytes.NewBuffer(make([]byte, 0, len(s.mark)+totalLength(texts)))
	out.Write(s.mark)
	for i, text := range texts {
		switch {
		case i == 0 || endsWithMarker(texts[i-1]):
		case bytes.HasPrefix(text, []byte("%")) || onlyDirectives(text):
			out.WriteString("...\n")
		case !startsWithSeparator(text):
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	return out.Bytes()
}

// Objects returns the objects of all documents in order.
func (s *Stream) Objects() []*Object {
	var objects []*Object
	for _, document := range s.Documents {
		objects = append(objects, document.objects...)
	}
	return objects
}

// Insert puts document in front of the one at index.
func (s *Stream) Insert(index int, document *Document) {
	s.Documents = slices.Insert(s.Documents, index, document)
}

func totalLength(texts [][]byte) int {
	total := 0
	for _, text := range texts {
		total += len(text)
	}
	return total
}
