package cli

import (
	"context"
	"io"
)

// ReadAll is [io.ReadAll] that a signal can end: a read from a pipe whose writer does not come to an
// end cannot be interrupted otherwise. After an error r is of no use, since a read may be under way.
func ReadAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(r)
		done <- result{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case all := <-done:
		return all.data, all.err
	}
}
