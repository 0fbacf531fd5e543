package s3http

import (
	"context"
	"errors"
	"net/http"
)

// Remove implements mirror.Store.
func (s *Store) Remove(ctx context.Context, bucket, key string) error {
	_, _, err := s.ask(ctx, &call{op: "remove", method: http.MethodDelete, bucket: bucket, key: key})
	if refusal := (*callError)(nil); errors.As(err, &refusal) && refusal.code == "NoSuchKey" {
		return nil
	}

	return err
}
