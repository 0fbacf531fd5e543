package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// UnsignedPayload stands for the digest of a body that is not signed.
const UnsignedPayload = "UNSIGNED-PAYLOAD"

const algorithm = "AWS4-HMAC-SHA256"

// Credentials sign requests. SessionToken goes along with temporary ones.
type Credentials struct {
	AccessKey    string
	SecretKey    string
	SessionToken string
}

const redacted = "[credentials]"

// Format implements fmt.Formatter: credentials show nothing, whatever the verb.
func (Credentials) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// MarshalText implements encoding.TextMarshaler.
func (Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Signer signs the requests to one service of one region. Its methods are safe for
// concurrent use.
type Signer struct {
	region, service string
	current         atomic.Pointer[day]
}

// New returns a signer. The service of S3 is "s3".
func New(region, service string) *Signer { return &Signer{region: region, service: service} }

// Sign signs a request as of now. payload is the SHA-256 of the body in lower-case
// hexadecimal digits, or UnsignedPayload.
//
// Signed are the method, path and query of the URL, the host and all headers but
// Accept-Encoding, Authorization and User-Agent. Names of headers must differ in
// more than case; those that net/http writes by itself, such as Content-Length, do
// not belong in req.Header. The URL must not be opaque.
func (s *Signer) Sign(req *http.Request, creds Credentials, payload string, now time.Time) {
	now = now.UTC()
	today := s.day(creds, now)
	w := today.scratch(now)
	defer today.done(w)
	if req.Header == nil {
		req.Header = http.Header{}
	}
	values := []string{w.stamp, payload, "", creds.SessionToken}
	req.Header["X-Amz-Date"] = values[0:1:1]
	req.Header["X-Amz-Content-Sha256"] = values[1:2:2]
	if creds.SessionToken != "" {
		req.Header["X-Amz-Security-Token"] = values[3:4:4]
	}
	w.names(req)
	w.canonical(req, payload)
	values[2] = w.authorization(today)
	req.Header["Authorization"] = values[2:3:3]
}

// authorization signs the canonical request that is in the buffer.
func (w *scratch) authorization(today *day) string {
	digest := sha256.Sum256(w.buf)
	w.buf = append(w.buf[:0], algorithm+"\n"...)
	w.buf = append(w.buf, w.stamp...)
	w.buf = append(w.buf, '\n')
	w.buf = append(w.buf, today.scope...)
	w.buf = append(w.buf, '\n')
	w.buf = hex.AppendEncode(w.buf, digest[:])
	w.mac.Reset()
	w.mac.Write(w.buf)
	sum := w.mac.Sum(w.sum[:0])
	w.buf = append(w.buf[:0], today.credential...)
	w.buf = w.appendNames(w.buf)
	w.buf = append(w.buf, ", Signature="...)
	w.buf = hex.AppendEncode(w.buf, sum)

	return string(w.buf)
}
