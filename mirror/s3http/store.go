package s3http

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// Store implements mirror.Store.
type Store struct {
	*s3.Store

	base      url.URL // with a port only where it is not that of the scheme
	style     s3.Style
	wantsHost bool // the provider is known to want buckets in the host
	transport *http.Transport
	signer    *sigv4.Signer
	keys      func() (sigv4.Credentials, error)

	pages   chan *s3list.Page // to read into
	escapes atomic.Uint32     // an s3list.Escapes: how the server encodes keys
	tagging tagging
}

var _ mirror.Store = (*Store)(nil)

// Open prepares a store. It sends nothing yet.
func Open(e s3.Endpoint) (*Store, error) {
	reference, err := s3.Open(e)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(reference.Location())
	if err != nil {
		return nil, fmt.Errorf("open endpoint: %w", err)
	}
	transport, err := newTransport(e)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", base, err)
	}
	region := e.Region
	if region == "" {
		region = s3.DefaultRegion
	}
	base.Host = hostOf(base, region)

	s := &Store{
		Store: reference, base: *base, style: e.Style, wantsHost: s3utils.IsVirtualHostSupported(*base, "any"),
		transport: transport, signer: sigv4.New(region, "s3"), keys: keysOf(e, transport),
		pages: make(chan *s3list.Page, pagesAtOnce),
	}
	for range pagesAtOnce {
		s.pages <- &s3list.Page{}
	}
	s.tagging.counts.Store(isAWS(base.Hostname()))

	return s, nil
}

// hostOf is the host as servers expect it in the header: without the port of the
// scheme, and AWS's with the region.
func hostOf(base *url.URL, region string) string {
	host, port, err := net.SplitHostPort(base.Host)
	if err != nil || port != map[string]string{"http": "80", "https": "443"}[base.Scheme] {
		return base.Host
	}
	switch {
	case host == "s3.amazonaws.com":
		return "s3." + region + ".amazonaws.com"
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	default:
		return host
	}
}

// keysOf returns what finds the credentials of a request.
func keysOf(e s3.Endpoint, transport http.RoundTripper) func() (sigv4.Credentials, error) {
	if !e.Ambient {
		keys := sigv4.Credentials{AccessKey: e.AccessKey, SecretKey: string(e.SecretKey), SessionToken: string(e.SessionToken)}

		return func() (sigv4.Credentials, error) { return keys, nil }
	}
	ambient := credentials.NewIAM("")

	return func() (sigv4.Credentials, error) {
		value, err := ambient.GetWithContext(&credentials.CredContext{Client: &http.Client{Transport: transport}})
		if err != nil {
			return sigv4.Credentials{}, fmt.Errorf("find credentials: %w", err)
		}

		return sigv4.Credentials{
			AccessKey: value.AccessKeyID, SecretKey: value.SecretAccessKey, SessionToken: value.SessionToken,
		}, nil
	}
}
