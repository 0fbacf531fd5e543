package release

import (
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
)

// Service is a Service of the release that selects a provider's pods.
type Service struct {
	Object *manifest.Object
	Name   string
	// Port is the Service port that leads to S3, 0 when none does.
	Port int32
	// PortName is the name of that port.
	PortName string
	// TargetPort is what the Service port leads to: a number or the name of a container port.
	TargetPort string
	// Shared tells that the Service selects pods of another application too.
	Shared bool
	// Headless Services give the addresses of single pods.
	Headless bool
	// Selector is the Service's selector.
	Selector map[string]string
}

// services returns the Services that select pods with labels; s3 is the container port that
// serves S3.
func services(objects []*manifest.Object, labels map[string]string, s3 provider.Port) []Service {
	var found []Service
	for _, o := range objects {
		selector := manifest.StringMap(o.Node("spec", "selector"))
		if !o.Is("", "Service") || !selects(selector, labels) {
			continue
		}
		service := Service{Object: o, Name: o.Name, Headless: o.String("spec", "clusterIP") == "None", Selector: selector}
		for _, port := range manifest.Items(o.Node("spec", "ports")) {
			number := number(manifest.Lookup(port, "port"))
			target := manifest.Scalar(manifest.Lookup(port, "targetPort"))
			if target == "" {
				target = manifest.Scalar(manifest.Lookup(port, "port"))
			}
			if service.Port == 0 && leadsTo(target, s3) {
				service.Port, service.TargetPort = number, target
				service.PortName = manifest.Scalar(manifest.Lookup(port, "name"))
			}
		}
		found = append(found, service)
	}
	return found
}

// best returns the Service that a client would use for S3: the first that has a port for it and
// leads to the store alone, preferably not headless; nil when there is none.
func best(list []Service) *Service {
	var headless *Service
	for i := range list {
		switch {
		case list[i].Port == 0 || list[i].Shared:
		case !list[i].Headless:
			return &list[i]
		case headless == nil:
			headless = &list[i]
		}
	}
	return headless
}

func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return len(selector) > 0
}

func leadsTo(target string, port provider.Port) bool {
	return target != "" && (target == port.Name || target == itoa(port.Number))
}
