// Package s3 reaches S3-compatible servers through minio-go.
//
//	store, err := s3.Open(s3.Endpoint{URL: "https://s3.example.com", AccessKey: …, SecretKey: …})
//
// It works around what minio-go gets in the way of when objects are to be copied
// exactly: listings that cannot be interrupted, an Expires header that it drops or
// fails on, metadata that it decodes, a body that is still being read when a failed
// request returns. Each request is sent once, unless minio-go asks again; retries
// belong to the engine. Payloads are unsigned: Content-MD5 protects them, and TLS
// where it is used.
//
// Certificates are verified unless told otherwise. Neither errors nor any way of
// printing an Endpoint show a secret.
package s3
