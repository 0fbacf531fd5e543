package main

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/mount"
)

// place is where a copy comes from or goes to: a store, one of its buckets, or what is below a prefix.
type place struct {
	text   string // as it was given, without a slash at its end
	role   string // source or destination
	alias  string
	url    string // of the store, when it was not given by an alias
	bucket string
	prefix string // empty, or with a slash at its end
}

var aliasPattern = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]*$`)

// parsePlace reads alias, alias/bucket, alias/bucket/prefix, or the same with a URL in place of the
// alias. Its errors never quote what may hold a secret.
func parsePlace(role, text string) (place, error) {
	p := place{text: strings.TrimRight(text, "/"), role: role}
	name, path, _ := strings.Cut(text, "/")
	switch {
	case strings.Contains(text, "://"):
		address, err := parseURL(role, text)
		if err != nil {
			return place{}, err
		}
		p.url = address.Scheme + "://" + address.Host
		path = strings.TrimPrefix(address.Path, "/")
	case name == "" || strings.HasPrefix(name, "."):
		return place{}, cli.Usage.Errorf("the %s %q is a folder: Ferry copies between object stores", role, text).
			WithHint("a store is an alias of mc, alias/bucket, alias/bucket/prefix, or a URL")
	case !aliasPattern.MatchString(name): // which may be a URL without its beginning
		return place{}, cli.Usage.Errorf("the %s begins neither with an alias of mc nor with http:// or https://", role)
	default:
		p.alias = name
	}
	p.bucket, p.prefix, _ = strings.Cut(path, "/")
	switch p.prefix = strings.TrimSuffix(p.prefix, "/"); {
	case p.bucket == "" && p.prefix != "":
		return place{}, cli.Usage.Errorf("the %s has a prefix and no bucket", role)
	case p.prefix != "":
		p.prefix += "/"
	}
	return p, nil
}

func parseURL(role, text string) (*url.URL, error) {
	address, err := url.Parse(text)
	switch {
	case err == nil && address.User != nil:
		return nil, cli.Usage.Errorf("the %s holds credentials, which everybody on this machine can read in the list of processes", role).
			WithHint("put it into a variable: read -rs MC_HOST_%s && export MC_HOST_%[1]s, then name it %[1]s/bucket", role)
	case err != nil:
		return nil, cli.Usage.Errorf("the %s is not a URL", role)
	case address.Scheme == "s3":
		return nil, cli.Usage.Errorf("the %s is a bucket without its store", role).WithHint("https://s3.REGION.amazonaws.com/%s", address.Host)
	case address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
		return nil, cli.Usage.Errorf("the %s must begin with http:// or https:// and a host", role)
	case address.RawQuery != "" || address.Fragment != "":
		return nil, cli.Usage.Errorf("the %s has a ? or # in its URL: in a prefix write them as %%3F and %%23", role)
	default:
		return address, nil
	}
}

// places are both ends of a copy.
type places struct {
	source, destination place
	// names are the buckets as the engine knows them.
	names []string
}

// parsePlaces reads the two arguments of a command, and the buckets that were chosen beside them.
func parsePlaces(from, to string, buckets []string) (places, error) {
	source, err := parsePlace("source", from)
	if err != nil {
		return places{}, err
	}
	destination, err := parsePlace("destination", to)
	if err != nil {
		return places{}, err
	}
	p := places{source: source, destination: destination, names: buckets}
	switch {
	case len(buckets) > 0 && source.bucket+destination.bucket != "":
		return places{}, cli.Usage.Errorf("--buckets chooses buckets of a store, and a bucket is named already")
	case source.bucket == "" && destination.bucket != "":
		return places{}, cli.Usage.Errorf("the source is a whole store, and the destination is one bucket").
			WithHint("name the bucket to copy from, or leave the one to copy to away: all buckets keep their names")
	case source.bucket != "" && destination.bucket == "":
		return places{}, cli.Usage.Errorf("the source is one bucket, and the destination is a whole store").
			WithHint("%s/%s", destination.text, strings.TrimSuffix(source.bucket+"/"+source.prefix, "/"))
	case destination.bucket == mirror.DefaultStateBucket:
		return places{}, cli.Usage.Errorf("the destination is %s, Ferry's own bucket", mirror.DefaultStateBucket)
	case !writable(destination.prefix):
		return places{}, cli.Usage.Errorf("the prefix of the destination is one that stores take for another one: " +
			"it must not have empty segments, . or .., or backslashes")
	case destination.bucket != "":
		p.names = []string{strings.TrimSuffix(destination.bucket+"/"+destination.prefix, "/")}
	case len(buckets) == 0:
		p.names = []string{mirror.AllBuckets}
	}
	return p, nil
}

// writable reports whether every store writes below a prefix what is meant to be there.
func writable(prefix string) bool {
	segments := strings.Split(strings.TrimSuffix(prefix, "/"), "/")
	return prefix == "" || !strings.Contains(prefix, `\`) &&
		!slices.ContainsFunc(segments, func(s string) bool { return s == "" || s == "." || s == ".." })
}

// nested reports whether one end would be inside the other one if the stores were one.
func (p places) nested() bool {
	from, to := p.source, p.destination
	return from.bucket != "" && from.bucket == to.bucket && from.prefix != to.prefix &&
		(strings.HasPrefix(from.prefix, to.prefix) || strings.HasPrefix(to.prefix, from.prefix))
}

// at returns the place of a bucket of the engine at one end.
func (p places) at(end place) func(string) mount.Place {
	return func(bucket string) mount.Place {
		if end.bucket != "" && bucket == p.names[0] {
			return mount.Place{Bucket: end.bucket, Prefix: end.prefix}
		}
		return mount.Place{Bucket: bucket}
	}
}

// path spells a key of an engine's bucket at one end, as the user would type it.
func (p places) path(end place, bucket, key string) string {
	if end.bucket != "" {
		return end.text + "/" + key
	}
	return end.text + "/" + bucket + "/" + key
}
