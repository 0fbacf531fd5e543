package main

import (
	"path/filepath"
	"strings"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/state"
)

// statePlace is where a run keeps its locks, its journal and its reports: a local folder, or a bucket of the
// destination or a prefix of it, where the trash is then, too.
type statePlace struct{ folder, bucket, prefix string }

// parseState reads --state: a folder, which begins with / or a dot, or a place at the destination.
func parseState(text string, end place) (statePlace, error) {
	if filepath.IsAbs(text) || strings.HasPrefix(text, ".") {
		return statePlace{folder: text}, nil
	}
	p, err := parsePlace("place of --state", text)
	switch {
	case err != nil:
		return statePlace{}, err
	case p.alias != end.alias || p.url != end.url:
		return statePlace{}, cli.Usage.Errorf("--state %s is neither a local folder nor at the %s", text, end.role).
			WithHint("--state %s/%s, or --state ./folder", storeText(end), mirror.DefaultStateBucket)
	case p.bucket == "":
		return statePlace{}, cli.Usage.Errorf("--state %s names no bucket", text).WithHint("--state %s/%s", p.text, mirror.DefaultStateBucket)
	case !writable(p.prefix):
		return statePlace{}, cli.Usage.Errorf("the prefix of --state is one that stores take for another one")
	}
	return statePlace{bucket: p.bucket, prefix: p.prefix}, nil
}

// storeText spells the store of a place as the user has named it.
func storeText(p place) string {
	if p.alias != "" {
		return p.alias
	}
	return p.url
}

// find has a restore use the state of the mirror that it brings back.
func (s statePlace) find(opts *mirror.Options, kept mirror.Store) {
	if s.folder != "" {
		opts.State = state.Sub(state.NewFolder(s.folder), state.Segment(kept.Location()))
	} else {
		opts.State = mirror.StateIn(kept, opts.StateBucket, opts.StatePrefix)
	}
}

// keep has a run between two places keep its state. Several destinations may share a folder.
func (s statePlace) keep(opts *mirror.Options, p places, source mirror.Reader, destination mirror.Store) {
	if s.folder != "" {
		opts.State = state.Sub(state.NewFolder(s.folder), state.Segment(destination.Location()))
	} else {
		opts.State = mirror.StateIn(destination, opts.StateBucket, opts.StatePrefix)
	}
	at := p.at(p.source)
	opts.Origin = func(bucket string) mirror.Origin {
		from := at(bucket)
		return mirror.Origin{Store: source.Location(), Bucket: strings.TrimSuffix(from.Bucket+"/"+from.Prefix, "/")}
	}
}
