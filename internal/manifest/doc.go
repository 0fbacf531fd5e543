// Package manifest reads and writes streams of Kubernetes manifests without disturbing them.
//
// [Parse] cuts a stream into a [Document] for each YAML document. A document keeps its bytes:
// written again by [Stream.Bytes] it is the same to the byte (separator line, comments, anchors,
// line ends and all) unless somebody changed it. Whatever a chart may render is accepted: comments
// without an object, as Helm writes for a hidden Secret, duplicate keys, duplicate identities,
// JSON, a byte order mark. Aliases without end are not.
//
// A document holds zero objects, one, or the items of a List. Identities need not be unique:
// Helm 4 passes hooks and ordinary objects in one stream, and a hook may share its name with one of
// them. [Object.Set] and [Object.Replace] change strings; whoever changes the nodes of
// [Object.Root] by hand says so with [Object.MarkChanged].
//
// A changed document is the text that was read with the difference of the old and the new nodes
// spliced in, so that an edit shows in a diff as the lines that a person would have changed. The
// result is read again before it is used, and has to say what the nodes say; if it does not, more
// of the document is written anew, in the end all of it.
//
// Two things are not kept: a document that others follow gets a line break at its end, for which a
// block scalar may be written anew, and one that begins with directives gets an end marker (...)
// in front of it when another document was put there.
//
// [ParseResourceList] does the same for the list that a KRM function reads and writes.
package manifest
