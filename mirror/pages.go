package mirror

import "context"

// counting is a store whose listing pages are counted, those of failed attempts too.
type counting struct {
	Reader
	count func()
}

// List implements Reader.
func (c counting) List(ctx context.Context, bucket string, from Cursor) (Page, error) {
	c.count()

	return c.Reader.List(ctx, bucket, from)
}
