// Package manykeys sends any number of keys through the lister and the planner of a
// mirror, without a server and without keeping them, and says what that took.
//
//	spent, err := manykeys.Compare(ctx, 10_000_000)
//
// Both sides have the same objects: it is the run that finds nothing to do. Its memory
// is that of the pages under way, whatever the number of keys.
package manykeys
