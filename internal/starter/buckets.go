package starter

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

var (
	bucketVariable = regexp.MustCompile(`(?i)(^|_)BUCKETS?(_NAMES?)?$`)
	bucketURL      = regexp.MustCompile(`\bs3[an]?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/|\b)`)
	bucketName     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// buckets guesses which buckets a release uses: variables called BUCKET or BUCKETS, and s3:// URLs.
// The result is sorted.
func buckets(stream *manifest.Stream) []string {
	found := map[string]bool{}
	for _, o := range stream.Objects() {
		visit(o.Root(), func(key, value string) {
			for _, match := range bucketURL.FindAllStringSubmatch(value, -1) {
				found[match[1]] = true
			}
			if !bucketVariable.MatchString(key) {
				return
			}
			for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) }) {
				// Bitnami's list has a policy behind each name
				if name, _, _ := strings.Cut(word, ":"); bucketName.MatchString(name) {
					found[name] = true
				}
			}
		})
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// visit calls see for every scalar with the name that it goes by: its key, or the name of the
// variable whose value it is.
func visit(node *yaml.Node, see func(key, value string)) {
	switch node.Kind {
	case yaml.MappingNode:
		variable := manifest.Scalar(manifest.Lookup(node, "name"))
		for i := 0; i < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			if value.Kind != yaml.ScalarNode {
				visit(value, see)
				continue
			}
			if key == "value" && variable != "" {
				key = variable
			}
			see(key, value.Value)
		}
	case yaml.SequenceNode:
		for _, item := range node.Content {
			if item.Kind == yaml.ScalarNode {
				see("", item.Value)
				continue
			}
			visit(item, see)
		}
	}
}
