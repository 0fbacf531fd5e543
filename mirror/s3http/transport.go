package s3http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/helm-ferry/ferry/mirror/s3"
)

const (
	maxIdle    = 512               // connections that are kept for the next request
	bufferSize = smallBody + 4<<10 // of a connection in each direction: a small object with its headers
	maxHeaders = 256 << 10
)

// newTransport returns a transport on which every wait has an end. It speaks HTTP/1.1,
// leaves bodies as they are and uses no proxy that the endpoint does not name.
func newTransport(e s3.Endpoint) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                  e.Proxy,
		DialContext:            dial(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}),
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  4 * time.Minute,
		IdleConnTimeout:        20 * time.Second, // servers often give up after 30
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdle,
		MaxResponseHeaderBytes: maxHeaders,
		ReadBufferSize:         bufferSize,
		WriteBufferSize:        bufferSize,
		DisableCompression:     true,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: e.Insecure}, //nolint:gosec // who asks for it is told
	}
	if len(e.CABundle) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read the system's certificates: %w", err)
		}
		if !pool.AppendCertsFromPEM(e.CABundle) {
			return nil, errors.New("CA bundle holds no certificate in PEM")
		}
		t.TLSClientConfig.RootCAs = pool
	}

	return t, nil
}
