package mirror

import (
	"context"
	"errors"
	"slices"
)

// unlisted returns the buckets that the destination has and the source has without
// listing them: a list that leaves one out may leave out others. A destination that does
// not list its buckets knows of none.
func (e *engine) unlisted(ctx context.Context, listed []string) []string {
	names, err := e.read.Buckets(ctx)
	if err != nil {
		return nil
	}

	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		if name == e.opts.ownBucket() || slices.Contains(listed, name) {
			return true
		}
		err := repeat(ctx, func() {}, func(ctx context.Context) error {
			_, err := e.src.List(ctx, name, Cursor{})

			return err
		})

		return errors.Is(err, ErrNoBucket)
	})
}
