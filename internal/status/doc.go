// Package status looks at what a release with Ferry's objects is like now: alias, stores, migration,
// mirrors, and what is wrong with them. It changes nothing.
package status
