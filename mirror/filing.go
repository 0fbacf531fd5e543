package mirror

// filing is how the destination is asked to file a copy. The trash has the class that
// the destination chooses: what is there has to be readable.
func (t *transfer) filing() Filing {
	if t.dstBucket == t.opts.stateBucket() {
		return Filing{}
	}

	return Filing{StorageClass: t.opts.StorageClass}
}
