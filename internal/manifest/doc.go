// Package manifest reads and writes streams of Kubernetes manifests without disturbing them.
//
// [Parse] cuts a stream into a [Document] for each YAML document. A document keeps its bytes:
// written again by [Stream.Bytes] it is the same to the byte (separator line, comments, anchors,
// line ends and all) unless somebody changed it. A changed document is written from its nodes,
// with the lines above its first key, its line ends and its list indentation as they were.
//
// A document holds zero objects (blank, or comments only, as Helm writes for a hidden Secret),
// one, or the items of a List. Identities need not be unique: Helm 4 passes hooks and ordinary
// objects in one stream, and a hook may share its name with one of them.
package manifest
