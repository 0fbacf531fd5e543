// Package provider knows the S3-compatible stores: how to recognise the
// workload of one in a stream of manifests, where it serves S3, how it is given
// its root credentials, and what it cannot hold.
//
// A store is a [Row] of a [Registry]. The rows that ship with Ferry are data
// (registry.yaml, embedded); [Default] reads them. Rows of a user are merged by
// [Registry.With]: a new name extends the registry, a known name overrides the
// fields that are set.
//
// # Recognising a workload
//
// [Registry.Match] takes what matters of a workload as a [Pod] and names the row
// of the provider that it serves S3 for; [Row.Container] and [Row.S3Port] say
// where. A row matches when any one of its [Match] entries does, and an entry
// matches when all of its conditions hold. Jobs and CronJobs never match: a
// store keeps running, and charts run their set-up Jobs from the image of the
// store itself.
//
// [Registry.PartOf] also knows the workloads that belong to a store without
// serving S3: volume servers, consoles, set-up Jobs. They may hold the store's
// claims, and are not its consumers.
//
// When several rows match one pod, the first of these rules that tells them
// apart decides:
//
//  1. a row whose match a user wrote wins over one that ships with Ferry;
//  2. a match that names the image wins over one that only names labels:
//     what runs counts for more than what it is called;
//  3. the match with more conditions wins;
//  4. the row that comes first in the registry wins.
//
// A row that a user adds is also matched by the label app.kubernetes.io/name
// with the row's name, without saying so.
//
// # Images
//
// A pattern is compared with the repository of an image, from its end: registry,
// tag and digest do not count, nor do leading path segments that the pattern
// does not name. The pattern minio matches minio, minio/minio:RELEASE and
// registry:5000/mirror/bitnami/minio@sha256:…, but neither minio/mc nor
// minio-client. In a segment, * and ? and [a-z] have the meaning of [path.Match].
package provider
