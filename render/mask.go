package render

import (
	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// Mask returns manifests with the values of all Secrets hidden, for everything that is shown to
// people or kept in files: plans, goldens, terminals.
func Mask(text []byte) ([]byte, error) {
	stream, err := manifest.Parse(text)
	if err != nil {
		return nil, err
	}
	for _, o := range stream.Objects() {
		if o.Is("", "Secret") {
			maskBelow(o, o.Node("data"))
			maskBelow(o, o.Node("stringData"))
		}
	}
	return stream.Bytes(), nil
}

// maskBelow hides every scalar below a node, also one that stands there by an alias or a merge key.
func maskBelow(o *manifest.Object, node *yaml.Node) {
	switch {
	case node == nil:
	case node.Kind == yaml.AliasNode:
		maskBelow(o, node.Alias)
	case node.Kind == yaml.ScalarNode:
		o.Replace(node, masked)
	default:
		for i, child := range node.Content {
			if node.Kind != yaml.MappingNode || i%2 == 1 {
				maskBelow(o, child)
			}
		}
	}
}
