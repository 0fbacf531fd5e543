package release

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// containers returns all containers of a pod spec, init containers first.
func containers(spec *yaml.Node) []*yaml.Node {
	return slices.Concat(manifest.Items(manifest.Lookup(spec, "initContainers")), manifest.Items(manifest.Lookup(spec, "containers")))
}

// secretsOf returns the names of the Secrets that a pod spec uses.
func secretsOf(spec *yaml.Node) []string {
	return used(spec, "secretRef", "secretKeyRef", func(volume *yaml.Node) string {
		return manifest.Scalar(manifest.Lookup(volume, "secret", "secretName"))
	}, "secret")
}

// secretsOfContainer returns the names of the Secrets that one container of a pod uses.
func secretsOfContainer(spec, container *yaml.Node) []string {
	if container == nil {
		return nil
	}
	alone := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: "containers"},
		{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{container}},
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: "volumes"},
		{Kind: yaml.SequenceNode, Tag: "!!seq", Content: mountedVolumes(spec, container)},
	}}
	return secretsOf(alone)
}

// mountedVolumes returns the volumes of a pod that one container mounts.
func mountedVolumes(spec, container *yaml.Node) []*yaml.Node {
	var volumes []*yaml.Node
	for _, mount := range manifest.Items(manifest.Lookup(container, "volumeMounts")) {
		for _, volume := range manifest.Items(manifest.Lookup(spec, "volumes")) {
			if manifest.Scalar(manifest.Lookup(volume, "name")) == manifest.Scalar(manifest.Lookup(mount, "name")) {
				volumes = append(volumes, volume)
			}
		}
	}
	return volumes
}

// configMapsOf returns the names of the ConfigMaps that a pod spec uses.
func configMapsOf(spec *yaml.Node) []string {
	return used(spec, "configMapRef", "configMapKeyRef", func(volume *yaml.Node) string {
		return manifest.Scalar(manifest.Lookup(volume, "configMap", "name"))
	}, "configMap")
}

// used collects names from envFrom, env, volumes and projected volumes.
func used(spec *yaml.Node, fromRef, keyRef string, ofVolume func(*yaml.Node) string, projected string) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, container := range containers(spec) {
		for _, entry := range manifest.Items(manifest.Lookup(container, "envFrom")) {
			add(manifest.Scalar(manifest.Lookup(entry, fromRef, "name")))
		}
		for _, entry := range manifest.Items(manifest.Lookup(container, "env")) {
			add(manifest.Scalar(manifest.Lookup(entry, "valueFrom", keyRef, "name")))
		}
	}
	for _, volume := range manifest.Items(manifest.Lookup(spec, "volumes")) {
		add(ofVolume(volume))
		for _, source := range manifest.Items(manifest.Lookup(volume, "projected", "sources")) {
			add(manifest.Scalar(manifest.Lookup(source, projected, "name")))
		}
	}
	return names
}
