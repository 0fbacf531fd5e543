// Package kube opens clusters: from inside a pod by [InCluster], from anywhere else by [Open] with
// what Helm hands to its plugins.
//
// It reads no environment: a command reads that and passes it on as an [Access].
package kube
