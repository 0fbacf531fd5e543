package release

import (
	"encoding/base64"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// Reference is a place where a text names a Service that leads to a store.
type Reference struct {
	// Object holds the text: a workload, a ConfigMap or a Secret.
	Object *manifest.Object
	// Field is the path of the text in the object.
	Field string
	// Node holds the text.
	Node *yaml.Node
	// Encoded tells that the node holds base64, as the data of a Secret does.
	Encoded bool
	// Service is the name that is mentioned.
	Service string
	// Provider is the store behind it, nil for the alias.
	Provider *Provider
	// S3Port is the port of the Service that leads to S3, 0 for the alias or if none does.
	S3Port int32
	// Text is the whole text, decoded.
	Text string
	// Address says where in the text the Service is named.
	Address
}

// text is a string in an object that may name a Service.
type text struct {
	object  *manifest.Object
	field   string
	key     string // of the entry, which may say that the text is a host
	node    *yaml.Node
	encoded bool
}

func (t text) value() string {
	value := manifest.Scalar(t.node)
	if !t.encoded {
		return value
	}
	decoded, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return ""
	}
	return string(decoded)
}

// workloadTexts lists the env values, commands and arguments of a workload.
func workloadTexts(o *manifest.Object) []text {
	template, prefix := podTemplate(o)
	var texts []text
	for _, list := range []string{"initContainers", "containers"} {
		for i, container := range manifest.Items(manifest.Lookup(template, "spec", list)) {
			at := fmt.Sprintf("%sspec.%s[%d].", prefix, list, i)
			for j, entry := range manifest.Items(manifest.Lookup(container, "env")) {
				if value := manifest.Lookup(entry, "value"); value != nil {
					name := manifest.Scalar(manifest.Lookup(entry, "name"))
					texts = append(texts, text{object: o, field: fmt.Sprintf("%senv[%d].value", at, j), key: name, node: value})
				}
			}
			for _, words := range []string{"command", "args"} {
				for j, word := range manifest.Items(manifest.Lookup(container, words)) {
					texts = append(texts, text{object: o, field: fmt.Sprintf("%s%s[%d]", at, words, j), node: word})
				}
			}
		}
	}
	return texts
}

// dataTexts lists the entries of a ConfigMap or Secret.
func dataTexts(o *manifest.Object) []text {
	var texts []text
	for _, section := range []string{"data", "stringData"} {
		mapping := o.Node(section)
		if mapping == nil || mapping.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(mapping.Content); i += 2 {
			key := mapping.Content[i].Value
			texts = append(texts, text{
				object: o, field: fmt.Sprintf("%s[%q]", section, key), key: key,
				node: manifest.Lookup(mapping, key), encoded: section == "data" && o.Kind == "Secret",
			})
		}
	}
	return texts
}

// references finds every mention of the alias or of a provider's Service in a text.
func (t text) references(alias string, providers []*Provider) []Reference {
	value := t.value()
	if value == "" {
		return nil
	}
	var found []Reference
	look := func(service string, p *Provider, s3 int32) {
		for _, a := range addresses(value, t.key, service) {
			found = append(found, Reference{
				Object: t.object, Field: t.field, Node: t.node, Encoded: t.encoded, Service: service, Provider: p,
				S3Port: s3, Text: value, Address: a,
			})
		}
	}
	look(alias, nil, 0)
	for _, p := range providers {
		for _, service := range p.Services {
			if service.Name != alias {
				look(service.Name, p, service.Port)
			}
		}
	}
	return found
}
