package lease

// For tests that stand outside.
var (
	ProcessOf = process
	Gone      = gone
)
