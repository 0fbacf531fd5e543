// Package e2e runs Ferry on a real cluster: both Helms, real stores, and applications that write all
// the time and know what they were promised.
//
// The tests have the build tag e2e; `make e2e` runs them. They start a cluster of their own
// (package node of internal/testworld), or use the one that KUBECONFIG names, where the images must
// be then.
//
//   - internal/e2e/load is the application, internal/e2e/ledger what it knows;
//   - world_test.go has the cluster, its images, and releases;
//   - each other file is a promise, or a table of them.
package e2e
