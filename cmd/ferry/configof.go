package main

import (
	"context"
	"fmt"
	"maps"
	"os"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/revision"
)

// configIn is the configuration that manifests carry, "" if they carry none.
func configIn(manifests string) (string, error) {
	stream, err := manifest.Parse([]byte(manifests))
	if err != nil {
		return "", err
	}
	for _, o := range stream.Objects() {
		if o.Is("", "ConfigMap") && !o.Hook() && o.Labels()["helm-ferry.dev/config"] == "true" {
			return o.String("data", "ferry.yaml"), nil
		}
	}
	return "", nil
}

// errNoConfig says how a release gets a configuration.
func errNoConfig(release string) error {
	return cli.Failure.Errorf("there is no configuration: no --config, and no revision of %s has one", release).
		WithHint("ferry init CHART > ferry.yaml writes a file to pass with --config")
}

// liveConfig is the configuration of a release: that of --config, else that of the first revision that
// has one, else the one in the cluster, which outlives an upgrade without Ferry.
func (h *helmLine) liveConfig(ctx context.Context, release string, revisions ...*revision.Revision) (*config.Config, error) {
	if h.options.config != "" {
		cfg, err := h.compile()
		if err != nil {
			return nil, err
		}
		return cfg.Ferry.Config, nil
	}
	for _, r := range revisions {
		if r == nil {
			continue
		}
		text, err := configIn(r.Manifest)
		if err != nil {
			return nil, fmt.Errorf("revision %d of %s: %w", r.Number, release, err)
		}
		if text != "" {
			return config.Load(fmt.Sprintf("revision %d of %s", r.Number, release), []byte(text))
		}
	}
	kept, err := h.client.CoreV1().ConfigMaps(h.client.Namespace).List(ctx, meta.ListOptions{LabelSelector: "helm-ferry.dev/config=true"})
	if err != nil {
		return nil, fmt.Errorf("list the configurations in %s: %w", h.client.Namespace, err)
	}
	for _, one := range kept.Items {
		if one.Annotations["meta.helm.sh/release-name"] == release {
			return config.Load("ConfigMap/"+one.Name, []byte(one.Data["ferry.yaml"]))
		}
	}
	return nil, errNoConfig(release)
}

// nextConfig is the text of the configuration of the revision to come.
func (h *helmLine) nextConfig(ctx context.Context, wiring *helmcli.Wiring) ([]byte, error) {
	if h.options.config != "" {
		text, err := os.ReadFile(h.options.config)
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		return text, nil
	}
	manifests, err := h.ask(ctx, wiring, &next{})
	if err != nil {
		return nil, err
	}
	text, err := configIn(string(manifests))
	if err == nil && text == "" {
		err = errNoConfig(h.Words[0])
	}
	return []byte(text), err
}

// setConfig writes a configuration with other values, and has the release rendered by it.
func (h *helmLine) setConfig(path string, text []byte, values map[string]map[string]any) error {
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	spec, ok := document["spec"].(map[string]any)
	if !ok {
		spec = map[string]any{}
		document["spec"] = spec
	}
	for section, fields := range values {
		part, ok := spec[section].(map[string]any)
		if !ok {
			part = map[string]any{}
			spec[section] = part
		}
		maps.Copy(part, fields)
	}
	edited, err := yaml.Marshal(document)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.WriteFile(path, edited, 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	h.options.config = path
	return nil
}
