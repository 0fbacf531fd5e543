package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// side is one end of a copy.
type side struct {
	role    string // source, destination or store_NAME
	field   string // where the URL was given
	url     string
	region  string
	keys    keys
	ambient bool
	trusted string // certificates in PEM, beside the system's
}

// keys says where a Job's pod takes the credentials of a side from, which the binary itself sees as
// environment variables only.
type keys struct {
	secret string // for people
	known  bool   // the names of the keys are those of the variables
	hint   string
}

// secretKeys are in a Secret that the configuration names, under the keys that it must have.
func secretKeys(secret string) keys {
	return keys{
		secret: "Secret " + secret, known: true,
		hint: "kubectl describe secret " + secret + " shows which keys it has and how long their values are",
	}
}

// providerKeys are in the Secret of a provider, under the keys that its chart chose.
func providerKeys(release, provider string) keys {
	selector := "app.kubernetes.io/component=migration,helm-ferry.dev/name=" + release
	return keys{
		secret: "the Secret of " + provider,
		hint:   "kubectl describe job -l " + selector + " names Secret and key under Environment",
	}
}

// of says where one key comes from.
func (k keys) of(key string) string {
	if k.known {
		return "key " + key + " of " + k.secret
	}
	return k.secret
}

// open prepares the store of a side.
func (p program) open(s side) (*s3http.Store, error) {
	endpoint := s3.Endpoint{URL: s.url, Region: s.region, Ambient: s.ambient, CABundle: []byte(s.trusted), Proxy: http.ProxyFromEnvironment}
	if !s.ambient {
		accessKey, err := p.credential(s, "access-key")
		if err != nil {
			return nil, err
		}
		secretKey, err := p.credential(s, "secret-key")
		if err != nil {
			return nil, err
		}
		endpoint.AccessKey, endpoint.SecretKey = accessKey, s3.Secret(secretKey)
		endpoint.SessionToken = s3.Secret(p.getenv(s.variable("session-token")))
	}
	store, err := s3http.Open(endpoint)
	if err != nil {
		return nil, cli.Usage.Errorf("%s: %w", s.field, err)
	}
	return store, nil
}

// variable is the name of the environment variable with a credential of the side.
func (s side) variable(key string) string {
	return "FERRY_" + strings.ToUpper(strings.ReplaceAll(s.role+"_"+key, "-", "_"))
}

// credential reads one credential. Its errors name the variable and never its value.
func (p program) credential(s side, key string) (string, error) {
	name := s.variable(key)
	value := p.getenv(name)
	fault := "is empty"
	if value != "" {
		if value == strings.TrimSpace(value) {
			return value, nil
		}
		fault = "begins or ends with white space, probably a line break"
	}
	return "", cli.WithHint(fmt.Errorf("%s %s: a Job takes it from %s", name, fault, s.keys.of(key)), "%s", s.keys.hint)
}

// credentials says for people where the credentials of a side come from.
func (p program) credentials(s side) string {
	if !s.ambient {
		return s.keys.secret
	}
	switch {
	case p.getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "":
		return "web identity, role " + p.getenv("AWS_ROLE_ARN")
	case p.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "" || p.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "":
		return "the container credentials service"
	default:
		return "the role of the node (instance metadata)"
	}
}

// refuseAlias keeps a copy from writing to the store that the consumers use: the alias leads there,
// whatever the name of its provider.
func refuseAlias(cfg *config.Config, destination side) error {
	storage := cfg.Spec.ObjectStorage
	if _, err := url.Parse(destination.url); err != nil {
		return cli.Usage.Errorf("%s is not a URL", destination.field)
	}
	if !storage.IsAlias(destination.url) {
		return nil
	}
	return cli.Refused.Errorf("the destination is %s, the alias of the store that consumers use: nothing is copied over it", storage.Alias.Name).
		WithHint("name the Service of the store to copy to")
}
