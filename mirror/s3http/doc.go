// Package s3http reaches S3-compatible servers over net/http, with a signer and a
// reader of listings of its own, for the calls of which a mirror makes millions: a
// page of a listing, the read of an object, the write of an object or a part.
//
//	store, err := s3http.Open(s3.Endpoint{URL: "https://s3.example.com", AccessKey: …, SecretKey: …})
//
// Everything else comes from package s3, which is the reference: both drivers pass the
// same suite and tell the same errors apart.
//
//   - A request is sent once. Payloads are unsigned: Content-MD5 protects them, and
//     TLS where it is used.
//   - A body that is shorter or longer than announced, or fails, never reaches its
//     last byte, so that no server can take it for whole. Nothing reads it after the
//     call has returned.
//   - Headers and keys go out and come in as bytes.
//   - An error document is an error whatever its status, and is read as far as a
//     person would.
//   - A listing whose encoding leaves open what a plus means is asked for once more,
//     without encoding, until the server's way is known; see package s3list.
package s3http
