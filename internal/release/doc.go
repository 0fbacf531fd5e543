// Package release finds in the manifests of a release what Ferry deals with: object stores and
// how to reach them ([Provider]), claims ([Claim]) and the workloads that use a store
// ([Consumer], by way of [Reference]).
//
// [Inspect] reads documents and a configuration and looks at nothing else. [Release.Resolve] then
// says which provider is active, by the rules that docs/how-it-works.md gives.
//
// Objects that Helm runs as hooks are not part of a release in this sense: Helm 3 does not show
// them to a post-renderer, so that nothing may depend on them. Objects that Ferry added
// (label app.kubernetes.io/part-of: ferry) are passed over too.
package release
