package release

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
)

// PartOf is the label value that marks what Ferry adds, see [Ours].
const PartOf = "ferry"

// PartOfLabel is the label that carries [PartOf].
const PartOfLabel = "app.kubernetes.io/part-of"

// Ours tells whether Ferry added the object, in this rendering or an earlier one, or the library
// chart did. The label of the whole is not enough: another product may be called ferry.
func Ours(o *manifest.Object) bool {
	labels := o.Labels()
	return labels[PartOfLabel] == PartOf && (labels["helm-ferry.dev/name"] != "" || labels["helm-ferry.dev/config"] != "")
}

// podTemplate returns the node with the metadata and spec of a workload's pods, and the path to
// it; nil if the object is no workload.
func podTemplate(o *manifest.Object) (*yaml.Node, string) {
	switch {
	case o.Is("apps", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), o.Is("batch", "Job"):
		return o.Node("spec", "template"), "spec.template."
	case o.Is("batch", "CronJob"):
		return o.Node("spec", "jobTemplate", "spec", "template"), "spec.jobTemplate.spec.template."
	case o.Is("", "Pod"):
		return o.Root(), ""
	}
	return nil, ""
}

// podOf reads what the registry wants to know of a workload.
func podOf(o *manifest.Object, template *yaml.Node) provider.Pod {
	pod := provider.Pod{Kind: o.Kind, Name: o.Name, Labels: manifest.StringMap(manifest.Lookup(template, "metadata", "labels"))}
	for _, node := range manifest.Items(manifest.Lookup(template, "spec", "containers")) {
		container := provider.Container{
			Name:  manifest.Scalar(manifest.Lookup(node, "name")),
			Image: manifest.Scalar(manifest.Lookup(node, "image")),
		}
		for _, list := range []string{"command", "args"} {
			for _, word := range manifest.Items(manifest.Lookup(node, list)) {
				container.Args = append(container.Args, manifest.Scalar(word))
			}
		}
		for _, port := range manifest.Items(manifest.Lookup(node, "ports")) {
			container.Ports = append(container.Ports, provider.Port{
				Name: manifest.Scalar(manifest.Lookup(port, "name")), Number: number(manifest.Lookup(port, "containerPort")),
			})
		}
		pod.Containers = append(pod.Containers, container)
	}
	return pod
}

// number reads an integer that fits a port; 0 for anything else.
func number(node *yaml.Node) int32 {
	n, err := strconv.ParseInt(manifest.Scalar(node), 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}
