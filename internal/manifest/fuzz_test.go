package manifest

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"
)

// Whatever comes in: it is either refused with a place in the stream, or comes out as it was.
func FuzzParse(f *testing.F) {
	for _, text := range tricky {
		f.Add([]byte(text))
	}
	for _, text := range harmless {
		f.Add([]byte(text))
	}
	f.Add(release(3))
	f.Fuzz(func(t *testing.T, data []byte) {
		stream, err := Parse(data)
		var syntax *SyntaxError
		if err != nil {
			if !errors.As(err, &syntax) || syntax.Document == "" || syntax.Message == "" || syntax.Line < 1 {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if out := stream.Bytes(); !bytes.Equal(out, data) {
			t.Fatalf("got %q, want %q", out, data)
		}
		for _, document := range stream.Documents {
			document.Title()
			document.Comment()
		}
		for _, object := range stream.Objects() {
			object.Labels()
			object.Hook()
		}
	})
}

// Whatever the document: an annotation can be set, a value replaced, and no other value changes.
// Comments are not looked at: where a fuzzer leaves keys without values, say, nothing is spliced.
func FuzzSet(f *testing.F) {
	for _, text := range tricky {
		f.Add(text, "keep", 0)
	}
	f.Add("?", "{\x1b\n", 15)
	for i, value := range awkward {
		f.Add(tricky["annotated"], value, i)
	}
	f.Fuzz(func(t *testing.T, text, value string, scalar int) {
		stream, err := Parse([]byte(text))
		if err != nil || len(stream.Objects()) == 0 || !utf8.ValidString(value) {
			return
		}
		setOne(t, text, 0, value, "metadata", "annotations", "helm.sh/resource-policy")
		if n := len(scalarsOf(stream)); n > 0 {
			replaceOne(t, text, max(scalar, -(scalar+1))%n, value)
		}
	})
}
