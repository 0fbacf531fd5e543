// Package testworld supplies the real programs that tests and the demo run
// against: both Helms, two S3 servers, a Kubernetes API server.
//
// A program is pinned by a nested module under testdata/tools and built with
// the Go tool into a cache outside the tree, once per pinned version:
//
//	helm, err := testworld.Program(ctx, "helm3")
//
// A server is a program that runs on a random loopback port with random
// credentials. Launch… functions start one for any caller, who stops it; Start…
// functions wrap them for a test, which ends the server and shows the end of
// its log when the test fails:
//
//	store := testworld.StartMinIO(t)     // an S3 with Endpoint and keys
//	cluster := testworld.StartAPIServer(t) // a Kubernetes API without nodes
//
// What make runs tests in is made by cmd/world: their scratch is in memory where that has room (Scratch), and Kubernetes
// API servers and MinIOs are lent from test to test, cleared in between (Lend). A test run without it starts its own.
//
// The programs of this module are built once for all packages that test them, as a release has them:
//
//	hook := testworld.Built(t, "./cmd/ferry-hook")
//
// A test that needs a program fails when the program cannot be built; it never
// skips. Servers listen on 127.0.0.1 only, receive secrets through their
// environment or through files of mode 0600, and on Linux do not outlive the
// process that started them.
//
// What a run leaves out is said by the tests themselves: Wide leaves a test to
// make test-full, Helms has one Helm or both.
//
// The package works where flock(2) and process groups exist: Linux, macOS and
// the BSDs.
package testworld
