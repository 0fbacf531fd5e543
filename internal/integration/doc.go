// Package integration holds tests of Ferry as its users meet it: the built program behind real Helm 3,
// Helm 4 and kustomize, from the plugin's installation to the error that a person reads.
//
// What Ferry adds is the business of the tests of package render; here counts that it arrives, under
// every caller, and that what the caller gave comes back.
package integration
