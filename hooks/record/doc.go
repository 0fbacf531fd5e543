// Package record keeps what proves a migration: that the objects of one provider were all found in
// another, when, and by which report.
//
// A record is a ConfigMap that Helm does not own, so that no upgrade and no rollback takes it away.
// It is superseded as soon as a manifest selects the source again: what consumers write from then on
// is not in it.
package record
