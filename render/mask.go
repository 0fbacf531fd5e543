package render

import (
	"github.com/helm-ferry/ferry/internal/manifest"
	"go.yaml.in/yaml/v3"
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
			maskData(o)
		}
	}
	return stream.Bytes(), nil
}

func maskData(o *manifest.Object) {
	for _, section := range []string{"data", "stringData"} {
		mapping := o.Node(section)
		if mapping == nil || mapping.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(mapping.Content); i += 2 {
			o.Set(masked, section, mapping.Content[i].Value)
		}
	}
}
