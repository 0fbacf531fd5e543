package main

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
)

// searched is the domain in which a cluster looks up the short names of Services for this pod, or
// nothing outside of one. It holds the namespace.
func (p program) searched() string {
	text, err := os.ReadFile(p.resolver)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "search" {
			continue
		}
		for _, domain := range fields[1:] {
			if strings.Contains(domain, ".svc.") || strings.HasSuffix(domain, ".svc") {
				return domain
			}
		}
	}
	return ""
}

// originOf says where buckets come from. Services of one name in two namespaces are two stores: the
// short name of a Service is completed.
func originOf(location, domain string) func(bucket string) mirror.Origin {
	address, err := url.Parse(location)
	if err == nil && domain != "" && address.Hostname() != "" && !strings.ContainsAny(address.Hostname(), ".:") {
		host := address.Hostname() + "." + strings.TrimSuffix(domain, ".")
		if port := address.Port(); port != "" {
			host += ":" + port
		}
		location = address.Scheme + "://" + host
	}
	return func(bucket string) mirror.Origin { return mirror.Origin{Store: location, Bucket: bucket} }
}

// cameFrom tells which buckets of a destination the source has its own from: after the objects were moved
// one way, what the store holds that they come back to is theirs. Without a place that can be read, none.
func (p program) cameFrom(ctx context.Context, log *slog.Logger, source, destination mirror.Store) func(bucket string) bool {
	origins, err := mirror.OriginsIn(ctx, mirror.StateIn(source, mirror.DefaultStateBucket, ""))
	if err != nil {
		log.Warn("where the buckets of the source come from is not known", "error", err)
	}
	origin := originOf(destination.Location(), p.searched())
	return func(bucket string) bool { return origins[bucket] == origin(bucket) }
}
