package starter

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

//go:embed ferry.yaml.tmpl
var source string

// facts are what the template phrases.
type facts struct {
	Name      string
	Alias     string
	Stores    []string // the enabled stores, for a comment
	Previous  string   // the value of previousProvider, "" for the default
	Other     string   // a store to migrate to, for an example
	Claims    []string
	Consumers []string
	Buckets   []string
	Rewire    bool
	Config    string // the ConfigMap by which the chart configures Ferry itself
	Existing  string // the Secret that the store reads and the release does not have
}

// Document writes the configuration of a release. The error is about the name.
func Document(name string, stream *manifest.Stream) ([]byte, error) {
	cfg, err := config.Load("--name", []byte(fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: %q}\n", config.APIVersion, config.Kind, name)))
	if faults, ok := errors.AsType[config.Errors](err); ok {
		return nil, fmt.Errorf("--name: %s", faults[0].Message)
	}
	if err != nil {
		return nil, err
	}
	found, err := release.Inspect(stream, cfg)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	document := template.Must(template.New("ferry.yaml").Funcs(template.FuncMap{"list": list}).Parse(source))
	if err := document.Execute(&out, gather(cfg, found, stream)); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return out.Bytes(), nil
}

func gather(cfg *config.Config, found *release.Release, stream *manifest.Stream) facts {
	f := facts{Name: cfg.Metadata.Name, Alias: cfg.Spec.ObjectStorage.Alias.Name, Other: "rustfs", Buckets: buckets(stream)}
	for _, p := range found.Providers {
		f.Stores = append(f.Stores, p.Title())
	}
	if len(found.Providers) > 0 {
		first := found.Providers[0]
		f.Previous = first.Name()
		if f.Previous == f.Other {
			f.Other = "minio"
		}
		if secret := first.Credentials.AccessKey.Secret; secret != "" && release.SecretData(found.Objects, secret) == nil {
			f.Existing = secret
		}
	}
	for _, o := range stream.Objects() {
		if o.Is("", "ConfigMap") && o.Labels()["helm-ferry.dev/config"] == "true" {
			f.Config = o.Title()
		}
	}
	if len(found.Providers) == 2 {
		f.Other = found.Providers[1].Name()
	}
	for _, claim := range found.Claims {
		f.Claims = append(f.Claims, claim.Title())
	}
	for _, consumer := range found.Consumers {
		title := consumer.Workload.Title()
		f.Consumers = append(f.Consumers, title+": "+strings.TrimPrefix(consumer.Reasons[0], title+" "))
		for _, reference := range consumer.References {
			f.Rewire = f.Rewire || reference.Provider != nil
		}
	}
	return f
}

// list writes a YAML list on one line.
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		text, err := json.Marshal(word)
		if err != nil {
			panic(err) // strings always marshal
		}
		quoted[i] = string(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
