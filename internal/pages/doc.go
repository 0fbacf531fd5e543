// Package pages holds tests that do what pages of the documentation say, where it takes a cluster and
// stores: the real Helms, kustomize and kubectl, a real Kubernetes API server, and S3 servers.
//
// For docs/gitops, they do what Argo CD, Flux, Terraform, helmfile and a script around kustomize do with
// Ferry, in their order. What a page has one put into a file is taken from the page, so that it is what
// runs. The tools themselves do not run here, and each page says so.
//
// For docs/recipes.md, there is a test for each recipe.
package pages
