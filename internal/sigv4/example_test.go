package sigv4_test

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/helm-ferry/ferry/internal/sigv4"
)

func Example() {
	req := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: "store:9000", Path: "/cargo/a b"}}
	signer := sigv4.New("us-east-1", "s3")
	creds := sigv4.Credentials{AccessKey: "access", SecretKey: "secret"}
	signer.Sign(req, creds, sigv4.UnsignedPayload, time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC))
	fmt.Println(req.URL)
	fmt.Println(req.Header.Get("X-Amz-Date"))
	fmt.Println(req.Header.Get("Authorization"))
	// Output:
	// http://store:9000/cargo/a%20b
	// 20261121T060000Z
	// AWS4-HMAC-SHA256 Credential=access/20261121/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=4f88ece5072438f819bd6adf263a6d2725f7a97b48a287797812ce1f1da625c8
}
