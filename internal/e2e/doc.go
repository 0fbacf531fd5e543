// Package e2e runs Ferry on a real cluster: both Helms, real stores, and applications that write all
// the time and know what they were promised.
//
// The tests have the build tag e2e; `make e2e` runs them. They start a cluster of their own (package node
// of internal/testworld) and remove it. With KUBECONFIG set they use that cluster, load their
// images into it and leave it running; it must be one of `make cluster-up` (docs/adr/0016):
//
//		make cluster-up CLUSTER=/tmp/lake
//		KUBECONFIG=/tmp/lake/kubeconfig CGO_ENABLED=0 go test -tags e2e -count=1 -run TestFirstPass ./internal/e2e
//
//	  - internal/e2e/load is the application, internal/e2e/ledger what it knows;
//	  - world_test.go has the cluster and its images, release_test.go releases, application_test.go what
//	    their application does;
//	  - each other file is a promise, or a table of them.
//
// What runs where:
//
//	test                                   make e2e                            with -full besides
//	TestGuard, TestMigrate                 Helm 3                              Helm 4
//	TestMove                                                                   both Helms; somebody writes during the second pass
//	TestTheChartMovesItself                Helm 3, there                       Helm 4, and back
//	TestKilledCutover                      Helm 4, 3 kills                     both, 10 kills each way, docs/results/kills-*.json
//	TestLoss                               a row for each mechanism, with      all rows, and with either Helm alone, docs/guard.md
//	                                       Ferry
//	TestCutovers/helm3                     rolled back after a failure         an application never gets ready;
//	                                                                           a store retired; Helm 4 takes over
//	TestCutovers/helm4                                                         rolled back; never ready; a store retired
//	TestMirror                             all of it
//	TestFirstPass                                                              both Helms
//	TestACutoverThatStopsNobodyIsCaught                                        a hook without the stop
//	TestTheNodeFails                                                           it crashes; kubelet and containerd killed, twice
//	TestAMirrorThatHangs                                                       on its source, on its destination
//	TestToAStoreOutsideAndBack                                                 both Helms: there and back, a stranger,
//	                                                                           rolled back, never ready
//	TestApplied                                                                Helm 4, applied by client and by server, rolled back; a stranger
//	TestHelmIsKilled, TestMoveToARow…,                                         all of it
//	TestACopyOfOthersIsProven, TestTheJobVanishes
//	TestTheOperatorsPage                                                       what docs/migrate.md quotes
package e2e
