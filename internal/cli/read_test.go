package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadAll(t *testing.T) {
	if data, err := ReadAll(t.Context(), strings.NewReader("manifests")); err != nil || string(data) != "manifests" {
		t.Errorf("got %q, error %v", data, err)
	}
	lost := errors.New("lost")
	if _, err := ReadAll(t.Context(), iotest.ErrReader(lost)); !errors.Is(err, lost) {
		t.Errorf("error = %v, want %v", err, lost)
	}
}

func TestReadAllEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	go cancel()
	if _, err := ReadAll(ctx, reader); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}
