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

// Whatever the document: an annotation can be set, and nothing else changes.
func FuzzSet(f *testing.F) {
	for _, text := range tricky {
		f.Add(text, "keep", 0)
	}
	f.Add("?", "{\x1b\n", 15)
	for i, value := range awkward {
		f.Add(tricky["annotated"], value, i)
	}
	f.Fuzz(func(t *testing.T, text, value string, scalar int) {
		if stream, err := Parse([]byte(text)); err != nil || len(stream.Objects()) == 0 || !utf8.ValidString(value) {
			return
		}
		checkSet(t, text, value, "metadata", "annotations", "helm.sh/resource-policy")
		stream, _ := Parse([]byte(text))
		if n := len(scalarsOf(stream)); n > 0 {
			checkReplace(t, text, max(scalar, -scalar, 0)%n, value)
		}
	})
}
