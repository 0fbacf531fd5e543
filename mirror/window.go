package mirror

// timed reports whether the run is narrowed to a span of times.
func (o Options) timed() bool { return !o.ModifiedAfter.IsZero() || !o.ModifiedBefore.IsZero() }

// within reports whether the source's object was modified in the span of the run. An
// object that only the destination has is in no span.
func (o Options) within(p pair) bool {
	switch {
	case !o.timed():
		return true
	case p.src == nil || p.src.Modified.Before(o.ModifiedAfter):
		return false
	default:
		return o.ModifiedBefore.IsZero() || p.src.Modified.Before(o.ModifiedBefore)
	}
}
