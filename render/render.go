package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// Door is a way by which manifests come to Ferry and go back.
type Door int

// The doors differ in what a stream may hold and in what added documents need.
const (
	// Helm3 takes what Helm 3 gives an executable post-renderer: no hooks, documents in install
	// order. Terraform, helmfile, helm-unittest and pipes speak the same.
	Helm3 Door = iota
	// Helm4 takes hooks and objects in one stream, with the template of each in an annotation.
	Helm4
	// KRM takes a ResourceList.
	KRM
)

// Hooks says how hook objects are spelled.
type Hooks string

// The spellings; the empty one is what the door can carry.
const (
	HooksAuto   Hooks = ""
	HooksHelm   Hooks = "helm"
	HooksArgoCD Hooks = "argocd"
	HooksNone   Hooks = "none"
	// HooksApart keeps hook objects out of the stream: they are in [Rendering.Hooks], for a caller who
	// runs them itself where Helm cannot.
	HooksApart Hooks = "apart"
)

// Document is a configuration with the text that it was loaded from.
type Document struct {
	Config *config.Config
	Text   []byte
}

// Config says how to render.
type Config struct {
	Door Door
	// Ferry wins over the configuration in the stream; nil leaves it to the stream.
	Ferry *Document
	Hooks Hooks
	// Image is used where the configuration names none.
	Image string
}

// Run reads manifests from in, adds what the configuration asks for, and writes them to out.
// Nothing is written when there is an error. Errors about the manifests or the configuration are
// of type [*Error], [*manifest.SyntaxError] or [config.Errors].
func Run(ctx context.Context, in io.Reader, out io.Writer, cfg Config) (Results, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	rendering, err := Render(ctx, data, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := out.Write(rendering.Bytes()); err != nil {
		return nil, fmt.Errorf("write manifests: %w", err)
	}
	return rendering.Results, nil
}

// Render is [Run] for callers that want to look at the parts: which documents were added, what was
// changed, which provider is active.
func Render(ctx context.Context, data []byte, cfg Config) (*Rendering, error) {
	r := &Rendering{}
	fn, err := r.parse(data, cfg.Door)
	if err != nil {
		return nil, err
	}
	s := &state{Rendering: r, options: cfg, wanted: map[*manifest.Document]bool{}}
	if err := s.configure(fn); err != nil {
		return nil, err
	}
	if r.Release, err = release.Inspect(r.Stream, s.cfg); err != nil {
		return nil, err
	}
	for _, filter := range filters {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := filter.apply(s); err != nil {
			return nil, filterError(filter.name, err)
		}
	}
	r.Config = s.cfg
	return r, nil
}

// filterError gives errors of the filters one shape.
func filterError(filter string, err error) error {
	if resolve, ok := errors.AsType[*release.ResolveError](err); ok {
		return &Error{Field: resolve.Field, Message: resolve.Message}
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return fmt.Errorf("%s: %w", filter, err)
}

// Rendering is the outcome of [Render].
type Rendering struct {
	// Stream holds all documents, added ones included.
	Stream *manifest.Stream
	// Config is the configuration that was used.
	Config *config.Config
	// Release is what was found in the manifests.
	Release *release.Release
	// Resolution says which provider the alias selects.
	Resolution release.Resolution
	// Guard is the state of the guard: [GuardHook], [GuardClient], [GuardMissing] or [GuardOff].
	Guard string
	// Hooks are the hook objects that [HooksApart] keeps out of the stream, in the order of their weights.
	Hooks []*manifest.Document
	// Changes are the edits of documents that were there already.
	Changes []Change
	// Results are the findings, warnings included.
	Results Results

	list *manifest.ResourceList
}

// parse reads a stream, or a ResourceList whose function configuration it returns.
func (r *Rendering) parse(data []byte, door Door) (*Document, error) {
	if door != KRM {
		stream, err := manifest.Parse(data)
		r.Stream = stream
		return nil, err
	}
	list, err := manifest.ParseResourceList(data)
	if err != nil {
		return nil, err
	}
	r.list, r.Stream = list, list.Items
	if list.FunctionConfig == nil {
		return nil, nil
	}
	loaded, err := config.LoadNode("functionConfig", list.FunctionConfig)
	if err != nil {
		return nil, err
	}
	return &Document{Config: loaded, Text: encode(list.FunctionConfig)}, nil
}

// nothing is the output for a chart that renders nothing: blank output would make Helm 3 delete
// the release, and is an error in Helm 4.
const nothing = "# ferry: nothing to render\n"

// Bytes returns the text for the door that the manifests came through.
func (r *Rendering) Bytes() []byte {
	if r.list != nil {
		r.list.Results = r.Results.forList()
		return r.list.Bytes()
	}
	text := r.Stream.Bytes()
	if len(bytes.TrimSpace(text)) == 0 {
		return []byte(nothing)
	}
	return text
}

// Added returns the documents that were added, in the order of the stream.
func (r *Rendering) Added() []*manifest.Document {
	var added []*manifest.Document
	for _, document := range r.Stream.Documents {
		if document.Added() {
			added = append(added, document)
		}
	}
	return added
}
