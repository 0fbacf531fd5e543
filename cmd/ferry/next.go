package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/render"
)

// next is the revision that an upgrade would make.
type next struct {
	*render.Rendering

	revision  *revision.Revision
	situation hooks.Situation
}

// dryFlags are those that mean nothing to a dry run, or change what it prints.
var dryFlags = []string{
	"atomic", "rollback-on-failure", "cleanup-on-fail", "wait", "wait-for-jobs", "dry-run", "hide-secret", "hide-notes", "output", "debug",
}

// render has Helm render the release without changing anything, and does what Ferry's post-renderer
// will do. The manifests are those that Helm gives its post-renderer, to the byte.
func (h *helmLine) render(ctx context.Context, wiring *helmcli.Wiring) (*next, error) {
	history, err := revision.Read(ctx, h.client, h.Words[0])
	if err != nil {
		return nil, err
	}
	if history.ToCome != nil {
		return nil, errPending(history)
	}
	n := &next{}
	data, err := h.ask(ctx, wiring, n)
	if err != nil {
		return nil, err
	}
	cfg, err := h.compile()
	if err != nil {
		return nil, err
	}
	if n.Rendering, err = render.Render(ctx, data, cfg); err != nil {
		return nil, err
	}
	n.revision.Manifest = string(n.Bytes())
	for _, hook := range n.Hooks {
		n.revision.Hooks = append(n.revision.Hooks, hookOf(hook))
	}
	if h.Has("no-hooks") {
		if err := n.dropHooks(); err != nil {
			return nil, err
		}
	}
	history.ToCome = n.revision
	n.situation, err = hooks.Between(history, n.Config)
	return n, err
}

// ask returns the manifests that Helm renders, and sets the revision that they are of.
func (h *helmLine) ask(ctx context.Context, wiring *helmcli.Wiring, n *next) ([]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	args := []string{"post-render"}
	if h.helm.Major == 4 {
		args = append(args, "--helm4")
	}
	keep := wiring.Path("manifests.yaml")
	dry := h.Without(dryFlags...).With("dry-run", "server").With("output", "json")
	helm, line, err := wiring.Renderer(ctx, dry, program, args, keep)
	if err != nil {
		return nil, err
	}
	answer, err := helm.Output(ctx, append([]string{"upgrade"}, line.Argv(helm.Major)...)...)
	if err != nil {
		return nil, err
	}
	if n.revision, err = revision.Parse(object(answer)); err != nil {
		return nil, fmt.Errorf("read what %s upgrade --dry-run prints: %w", helm.Path, err)
	}
	n.revision.Status = "pending-upgrade"
	if helm.Major == 4 {
		n.revision.Hooks = nil // they are among the manifests
	}
	data, err := os.ReadFile(keep)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // the chart renders nothing
	}
	return data, err
}

// object is the JSON in what Helm prints. Above it, Helm 4 says what it has pulled from a registry, and
// either one which dependencies it has fetched.
func object(printed []byte) []byte {
	if at := bytes.Index(printed, []byte("\n{")); at >= 0 && !bytes.HasPrefix(printed, []byte("{")) {
		return printed[at+1:]
	}
	return printed
}

// hookOf is a hook of Ferry's as Helm would record it.
func hookOf(document *manifest.Document) revision.Hook {
	hook := revision.Hook{Manifest: string(document.Bytes())}
	for _, o := range document.Objects() {
		hook.Kind, hook.Name = o.Kind, o.Name
		hook.Events = strings.Split(o.Annotations()["helm.sh/hook"], ",")
	}
	return hook
}

// dropHooks leaves out of the revision the hooks that --no-hooks switches off: no cutover is
// among what happens then.
func (n *next) dropHooks() error {
	var text strings.Builder
	stream, err := manifest.Parse([]byte(n.revision.Manifest))
	if err != nil {
		return err
	}
	for _, document := range stream.Documents {
		if !ours(document) {
			text.Write(document.Bytes())
		}
	}
	n.revision.Manifest = text.String()
	kept := n.revision.Hooks[:0]
	for _, hook := range n.revision.Hooks {
		document, err := manifest.NewDocument([]byte(hook.Manifest))
		if err != nil {
			return err
		}
		if !ours(document) {
			kept = append(kept, hook)
		}
	}
	n.revision.Hooks, n.Hooks = kept, nil
	return nil
}

// ours tells whether a document is a hook of Ferry's.
func ours(document *manifest.Document) bool {
	for _, o := range document.Objects() {
		if o.Hook() && release.Ours(o) {
			return true
		}
	}
	return false
}
