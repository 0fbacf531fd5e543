package s3

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// DefaultRegion is the region of an endpoint that names none.
const DefaultRegion = "us-east-1"

// Endpoint says how to reach a server.
type Endpoint struct {
	// URL is http://host[:port] or https://host[:port].
	URL    string
	Region string
	// AccessKey and SecretKey sign the requests, SessionToken goes along with
	// temporary ones.
	AccessKey    string
	SecretKey    Secret
	SessionToken Secret
	// Ambient takes the credentials from where the process runs (workload identity,
	// instance role) and excludes keys.
	Ambient bool
	// CABundle holds certificates in PEM that are trusted beside the system's.
	CABundle []byte
	// Insecure accepts every certificate: anybody on the way can read and change all.
	Insecure bool
	// Style is where the names of buckets stand in the addresses of requests.
	Style Style
	// Proxy chooses a proxy, as http.ProxyFromEnvironment does. nil: none.
	Proxy func(*http.Request) (*url.URL, error) `json:"-"`
}

// Style is a way to name a bucket in an address.
type Style int

// The styles.
const (
	StyleAuto Style = iota // in the host where the provider is known to want it, else in the path
	StylePath              // http://host/bucket/key
	StyleHost              // http://bucket.host/key
)

// lookup is the style in minio-go's words.
func (s Style) lookup() minio.BucketLookupType {
	return map[Style]minio.BucketLookupType{
		StyleAuto: minio.BucketLookupAuto, StylePath: minio.BucketLookupPath, StyleHost: minio.BucketLookupDNS,
	}[s]
}

// Secret is a string that prints as a word of its own.
type Secret string

const redacted = "[secret]"

// String implements fmt.Stringer.
func (Secret) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, for the verbs that pass the others by.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// base returns the parsed URL with its port. Its errors do not quote the URL, which
// may hold a password.
func (e Endpoint) base() (*url.URL, error) {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil:
		return nil, errors.New("endpoint is not a URL")
	case u.User != nil:
		return nil, errors.New("endpoint holds credentials: give them as keys")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("endpoint must begin with http:// or https://")
	case u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("endpoint must be %s://host[:port] and nothing else", u.Scheme)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")

	return &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(host, port)}, nil
}

// check looks for credentials that cannot work.
func (e Endpoint) check() error {
	switch {
	case e.Ambient && (e.AccessKey != "" || e.SecretKey != ""):
		return errors.New("give keys or ask for ambient credentials, not both")
	case !e.Ambient && (e.AccessKey == "" || e.SecretKey == ""):
		return errors.New("access key or secret key is missing")
	default:
		return nil
	}
}

// transport returns a transport on which every wait has an end. It speaks HTTP/1.1
// and leaves bodies as they are.
func (e Endpoint) transport() (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                 e.Proxy,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 4 * time.Minute,
		ExpectContinueTimeout: 10 * time.Second,
		IdleConnTimeout:       time.Minute,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   256,
		DisableCompression:    true,
		TLSNextProto:          map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: e.Insecure}, //nolint:gosec // who asks for it is told
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
