package mcalias

import (
	"errors"
	"strings"

	"github.com/helm-ferry/ferry/mirror/s3"
)

const hostPrefix = "MC_HOST_"

var errForm = errors.New("is not of the form https://ACCESS_KEY:SECRET_KEY@host or https://ACCESS_KEY:SECRET_KEY:SESSION_TOKEN@host")

// parseHost reads the value of a variable. A secret key cannot hold a colon, since mc would take what
// follows for a session token.
func parseHost(value string) (s3.Endpoint, error) {
	scheme, rest, ok := strings.Cut(value, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return s3.Endpoint{}, errForm
	}
	keys := strings.SplitN(rest[:at], ":", 3)
	if len(keys) < 2 {
		return s3.Endpoint{}, errForm
	}
	endpoint := s3.Endpoint{URL: scheme + "://" + rest[at+1:], AccessKey: keys[0], SecretKey: s3.Secret(keys[1])}
	if len(keys) == 3 {
		endpoint.SessionToken = s3.Secret(keys[2])
	}
	return endpoint, nil
}
