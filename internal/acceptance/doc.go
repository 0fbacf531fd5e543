// Package acceptance shows what Ferry renders to the programs that have to take it: whole charts
// through a real Helm 3 and a real Helm 4, compared with goldens, and the results to a real
// Kubernetes API server, which validates, authorises and admits them.
//
// The package has tests only. `go test ./internal/acceptance -update` writes the goldens in
// testdata/charts.
package acceptance
