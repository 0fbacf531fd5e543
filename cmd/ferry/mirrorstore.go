package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/mcalias"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// storeOptions say how the two stores of a copy are reached.
type storeOptions struct {
	configDir, caBundle string
	insecure            bool
	regions             map[string]string // by role, from a configuration
	pem                 string            // of the configuration, where there is no caBundle
}

func (o *storeOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.configDir, "config-dir", "C", "", "`folder` in which mc keeps its aliases (default: MC_CONFIG_DIR, or ~/.mc)")
	cmd.Flags().StringVar(&o.caBundle, "ca-bundle", "", "`file` with certificates in PEM that are trusted beside the system's and mc's")
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "accept every certificate: whoever is on the way can read and change all")
	if err := errors.Join(cmd.MarkFlagDirname("config-dir"), cmd.MarkFlagFilename("ca-bundle", "pem", "crt")); err != nil {
		panic(err) // there is no such flag
	}
}

// open prepares the store of a place. keys says for people where its credentials come from.
func (o *storeOptions) open(p place) (store *s3http.Store, keys string, err error) {
	finder := mcalias.Finder{Environ: os.Environ(), Dir: o.configDir}
	endpoint, keys, err := endpointOf(finder, p)
	if err != nil {
		return nil, "", err
	}
	endpoint.Region = cmp.Or(os.Getenv(p.variable("REGION")), o.regions[p.role], regionOf(endpoint.URL))
	endpoint.Proxy, endpoint.Insecure = http.ProxyFromEnvironment, o.insecure
	if endpoint.CABundle, err = o.trusted(finder); err != nil {
		return nil, "", err
	}
	if store, err = s3http.Open(endpoint); err != nil {
		return nil, "", cli.Usage.Errorf("%s %s: %w", p.role, p.text, err)
	}
	return store, keys, nil
}

// endpointOf finds the address and the keys of a place.
func endpointOf(finder mcalias.Finder, p place) (endpoint s3.Endpoint, keys string, err error) {
	if p.alias == "" {
		return fromVariables(p)
	}
	found, err := finder.Find(p.alias)
	if errors.Is(err, mcalias.ErrUnknown) {
		known := "there are none"
		if names := finder.Names(); len(names) > 0 {
			known = "there are " + strings.Join(names, ", ")
		}
		return s3.Endpoint{}, "", cli.Usage.Errorf("%s %q: %w: %s", p.role, p.text, mcalias.ErrUnknown, known).
			WithHint("mc alias set %s URL, or export MC_HOST_%[1]s=https://ACCESS_KEY:SECRET_KEY@host", p.alias)
	}
	return found.Endpoint, found.From, err
}

// fromVariables takes the keys of a URL from the environment. Without any the place is opened with
// what the machine has.
func fromVariables(p place) (endpoint s3.Endpoint, keys string, err error) {
	access, secret := p.variable("ACCESS_KEY"), p.variable("SECRET_KEY")
	endpoint = s3.Endpoint{
		URL: p.url, AccessKey: os.Getenv(access), SecretKey: s3.Secret(os.Getenv(secret)),
		SessionToken: s3.Secret(os.Getenv(p.variable("SESSION_TOKEN"))),
	}
	switch {
	case endpoint.AccessKey == "" && endpoint.SecretKey == "":
		endpoint.Ambient, endpoint.SessionToken = true, ""
		return endpoint, fmt.Sprintf("the identity of this machine, since %s is not set", access), nil
	case endpoint.AccessKey == "":
		return s3.Endpoint{}, "", fmt.Errorf("%s is set and %s is not", secret, access)
	case endpoint.SecretKey == "":
		return s3.Endpoint{}, "", fmt.Errorf("%s is set and %s is not", access, secret)
	default:
		return endpoint, access, nil
	}
}

// variable is the name of a variable of the environment that is about this end of a copy.
func (p place) variable(what string) string { return "FERRY_" + strings.ToUpper(p.role) + "_" + what }

// trusted returns the certificates that are trusted beside the system's.
func (o *storeOptions) trusted(finder mcalias.Finder) ([]byte, error) {
	bundle, err := finder.Trusted()
	if err != nil {
		return nil, err
	}
	bundle = append(append(bundle, '\n'), o.pem...)
	if o.caBundle == "" {
		return bytes.TrimSpace(bundle), nil
	}
	own, err := os.ReadFile(o.caBundle)
	if err == nil && !bytes.Contains(own, []byte("-----BEGIN CERTIFICATE-----")) {
		err = fmt.Errorf("%s holds no certificate in PEM", o.caBundle)
	}
	if err != nil {
		return nil, fmt.Errorf("--ca-bundle: %w", err)
	}
	return append(append(bundle, '\n'), own...), nil
}

// regional matches the addresses of services that have one for each region.
var regional = regexp.MustCompile(`^https?://(?:[^/]+\.)?s3[.-](?:dualstack\.)?([a-z0-9-]+)\.` +
	`(?:amazonaws\.com|amazonaws\.com\.cn|wasabisys\.com|backblazeb2\.com)(?::\d+)?/?$`)

// regionOf returns the region that an address names, or nothing.
func regionOf(address string) string {
	if match := regional.FindStringSubmatch(address); match != nil {
		return match[1]
	}
	return ""
}
