// Package hookcmd names the subcommands of ferry-hook, the binary that Ferry's Jobs and CronJobs
// run in the cluster.
//
// cmd/ferry-hook builds its commands under these names, and the tests of package render hold every
// object that the renderer adds against [Names]: a Job whose subcommand the binary lacks would fail
// at the moment when somebody relies on it.
package hookcmd
