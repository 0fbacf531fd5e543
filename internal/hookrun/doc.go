// Package hookrun runs hook objects from outside of the cluster, where Helm runs none: Helm 3 takes
// those that a post-renderer adds for ordinary objects.
//
// It does what Helm does: what is there from before is deleted, accounts and roles come before the Job,
// the end of the Job is awaited, and what has succeeded is deleted if its policy says so. Unlike Helm
// it shows what the Job says while it runs.
package hookrun
