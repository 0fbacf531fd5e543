package render

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
)

const (
	// configLabel marks the ConfigMap that holds the configuration.
	configLabel = "helm-ferry.dev/config"
	// configKey is its entry.
	configKey = "ferry.yaml"
	// libraryAnnotation is set by the library chart.
	libraryAnnotation = "helm-ferry.dev/library-chart"
)

// configure finds the configuration: the one that the caller gives wins over a function
// configuration, and both over the ConfigMap in the stream.
func (s *state) configure(fn *Document) error {
	object, err := configMapOf(s.Stream)
	if err != nil {
		return err
	}
	if object != nil {
		s.configMap = object
		s.libraryChart = object.Annotations()[libraryAnnotation] != ""
		if own, err := config.Load(titleOf(object), []byte(object.String("data", configKey))); err == nil && s.libraryChart {
			s.chart = own
		}
	}
	given, from := s.options.Ferry, "--config"
	if given == nil {
		given, from = fn, "functionConfig"
	}
	if given != nil {
		s.cfg, s.text = given.Config, given.Text
		switch {
		case object == nil || object.String("data", configKey) == string(given.Text):
		case object.Labels()[nameLabel] != "":
			s.info(titleOf(object), "", "%s replaces the configuration of an earlier rendering", from)
		default:
			s.warn(titleOf(object), "", "%s wins over the configuration that the chart renders", from)
		}
		return nil
	}
	if object == nil {
		return &Error{
			Message: "there is no configuration: neither a file nor a ConfigMap labelled " + configLabel + "=true",
			Remedy:  "`ferry init CHART > ferry.yaml` writes a file to pass with --config; or include the library chart, which renders the ConfigMap",
		}
	}
	text := object.String("data", configKey)
	loaded, err := config.Load(fmt.Sprintf("%s data[%q]", titleOf(object), configKey), []byte(text))
	if err != nil {
		return err
	}
	s.cfg, s.text = loaded, []byte(text)
	return nil
}

// configMapOf returns the ConfigMap with the configuration, nil if the stream has none.
func configMapOf(stream *manifest.Stream) (*manifest.Object, error) {
	var found *manifest.Object
	for _, o := range stream.Objects() {
		if !o.Is("", "ConfigMap") || o.Hook() || o.Labels()[configLabel] != "true" {
			continue
		}
		if found != nil {
			return nil, &Error{
				Object: titleOf(o), Field: "metadata.labels",
				Message: fmt.Sprintf("a second ConfigMap is labelled %s=true beside %s", configLabel, titleOf(found)),
				Remedy:  "a release has one configuration: remove one of them",
			}
		}
		found = o
	}
	return found, nil
}

// addConfig adds the ConfigMap with the configuration unless the chart renders it. The chart's object
// stays the chart's; only its content follows what wins over it.
func addConfig(s *state) error {
	if s.configMap != nil {
		former := s.configMap.Labels()[nameLabel]
		switch {
		case s.configMap.String("data", configKey) == string(s.text):
			return nil
		case former == "":
			s.edit(s.configMap, string(s.text), "the file wins over the chart", "data", configKey)
			return nil
		}
		s.former = former
	}
	root, err := s.object("config.yaml", map[string]any{"configMap": s.cfg.Metadata.Name + "-ferry", "text": string(s.text)})
	if err != nil {
		return err
	}
	s.configMap, err = s.add(root, "metadata.name")
	return err
}
