// Package quirky is an S3 server in memory, over HTTP, that can be as wrong as real
// servers are.
//
//	server := quirky.New(quirky.Config{Quirks: quirky.Quirks{ETags: quirky.ETagsOpaque}})
//	url, err := server.Start(ctx)
//
// A server without quirks behaves as the S3 reference says, as far as a mirror has to
// do with it: buckets and their settings, listings, versions, objects, parts, tags,
// locks. It checks signatures, under [AccessKey] and [SecretKey], and buckets stand in
// the path. Searches and pages do not slow down with the number of keys, and a
// [Synthetic] bucket has millions without keeping them.
//
// [Quirks] are lasting ways of being wrong; [Profiles] has those of known servers.
// [Fault] is an accident that a request meets; [Schedule] decides by a seed which one
// does. [Server.History] tells afterwards which contents a key ever had, so that a test
// can tell a whole object from a torn one.
package quirky
