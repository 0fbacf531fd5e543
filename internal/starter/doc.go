// Package starter writes the first configuration of a release: what its manifests show, with
// comments, for people to go on from.
//
// [Document] looks at the manifests as a rendering would, and adds what only a starting point may
// do: it guesses buckets from the names of variables and from URLs, and says where it saw them.
package starter
