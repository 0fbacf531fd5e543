// Package summary is what the runs of a scheduled mirror leave behind in the cluster: one ConfigMap
// for each mirror, with how the last run ended and when one last succeeded.
//
// The ConfigMap is an object of the release without data of its own, which Helm therefore leaves as it
// is. ferry-hook writes it.
package summary
