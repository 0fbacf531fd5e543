// Package sigv4 signs requests to S3 with AWS Signature Version 4, in the header
// Authorization.
//
//	signer := sigv4.New("us-east-1", "s3")
//	signer.Sign(req, sigv4.Credentials{AccessKey: …, SecretKey: …}, sigv4.UnsignedPayload, time.Now())
//
// What is signed is what net/http sends: [Signer.Sign] spells path and query of the
// request in their canonical form. A path is bytes: every byte that is not
// unreserved is percent-encoded, the slash is kept, nothing is cleaned. The key of
// the day is derived once and kept.
package sigv4
