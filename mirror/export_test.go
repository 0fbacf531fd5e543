package mirror

// WithSizes sets the largest single request and the smallest part.
func (o Options) WithSizes(single, part int64) Options {
	o.limits = limits{single: single, part: part}

	return o
}

// AddCounts adds b to a.
func AddCounts(a *Counts, b Counts) { a.add(b) }
