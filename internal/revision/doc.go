// Package revision reads what Helm keeps about a release: one record for each revision, in a Secret
// or a ConfigMap, which Helm 3 and Helm 4 write alike.
//
// [Read] returns the revision in force and the one to come, from a list of all. [ReadAt] does it for
// a reader who may not list Secrets and knows the number of the revision to come; [Get] reads one by
// its number. A release without records is no error: [History.InForce] is nil then. One that is
// there and cannot be read is: [UnreadableError].
//
// Helm's own packages are not linked. What a record holds beside the fields of [Revision], the chart
// and its values above all, is not decoded.
package revision
