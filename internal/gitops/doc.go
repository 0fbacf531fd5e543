// Package gitops holds tests of the pages under docs/gitops: what Argo CD, Flux, Terraform, helmfile and
// a script around kustomize do with Ferry is done here, in the order in which they do it, with the real
// Helms, kustomize and kubectl against a real Kubernetes API server.
//
// What a page has one put into a file is taken from the page, so that it is what runs. The tools
// themselves do not run here, and each page says so.
package gitops
