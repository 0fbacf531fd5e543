package testworld

import (
	"cmp"
	"fmt"
	"slices"
)

// pin says how one nested module under testdata/tools becomes a program.
type pin struct {
	name string
	// module is the folder, where it is not named after the program.
	module string
	// cgo: the program is built with the C compiler.
	cgo bool
	// pkg is the import path of the main package.
	pkg string
	// stamp is a template of the linker flags that a release of the program is
	// built with; {{version "module"}} and {{minor "module"}} are the pinned
	// version and its minor number.
	stamp string
}

// pins returns all programs, those first that most tests need.
func pins() []pin {
	return []pin{
		{
			name: "helm3", pkg: "helm.sh/helm/v3/cmd/helm",
			stamp: `-X helm.sh/helm/v3/internal/version.version={{version "helm.sh/helm/v3"}}` +
				` -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor={{minor "k8s.io/client-go"}}` +
				` -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor={{minor "k8s.io/client-go"}}`,
		},
		{
			name: "helm4", pkg: "helm.sh/helm/v4/cmd/helm",
			stamp: `-X helm.sh/helm/v4/internal/version.version={{version "helm.sh/helm/v4"}}`,
		},
		{
			name: "versitygw", pkg: "github.com/versity/versitygw/cmd/versitygw",
			stamp: `-X main.Version={{version "github.com/versity/versitygw"}}`,
		},
		{name: "minio", pkg: "github.com/minio/minio"},
		{name: "mc", pkg: "github.com/minio/mc"},
		{
			name: "rclone", pkg: "github.com/rclone/rclone",
			stamp: `-X github.com/rclone/rclone/fs.Version={{version "github.com/rclone/rclone"}}`,
		},
		{name: "etcd", pkg: "go.etcd.io/etcd/server/v3"},
		{name: "kube-apiserver", pkg: "k8s.io/kubernetes/cmd/kube-apiserver", stamp: kubernetesStamp},
		{name: "kubectl", pkg: "k8s.io/kubernetes/cmd/kubectl", stamp: kubernetesStamp},
		{name: "kustomize", pkg: "sigs.k8s.io/kustomize/kustomize/v5"},
		nodeProgram("kube-controller-manager"),
		nodeProgram("kube-scheduler"),
		nodeProgram("kubelet"),
		nodeProgram("kube-proxy"),
		{name: "containerd", pkg: "github.com/containerd/containerd/v2/cmd/containerd", stamp: containerdStamp},
		{name: "containerd-shim-runc-v2", module: "containerd", pkg: "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2", stamp: containerdStamp},
		{name: "ctr", module: "containerd", pkg: "github.com/containerd/containerd/v2/cmd/ctr", stamp: containerdStamp},
		{name: "coredns", pkg: "github.com/coredns/coredns"},
		{
			name: "golangci-lint", pkg: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint",
			stamp: `-X main.version={{version "github.com/golangci/golangci-lint/v2"}}`,
		},
		{name: "govulncheck", pkg: "golang.org/x/vuln/cmd/govulncheck"},
	}
}

const (
	kubernetesStamp = `-X k8s.io/component-base/version.gitVersion={{version "k8s.io/kubernetes"}}` +
		` -X k8s.io/component-base/version.gitMajor=1` +
		` -X k8s.io/component-base/version.gitMinor={{minor "k8s.io/kubernetes"}}`
	containerdStamp = `-X github.com/containerd/containerd/v2/version.Version={{version "github.com/containerd/containerd/v2"}}`
)

// nodeProgram is a program of the node. The kubelet needs cgo for what it reads of the machine.
func nodeProgram(name string) pin {
	return pin{name: name, module: "kubernetes", cgo: name == "kubelet", pkg: "k8s.io/kubernetes/cmd/" + name, stamp: kubernetesStamp}
}

// folder is that of the pin's module below testdata/tools.
func (p pin) folder() string { return cmp.Or(p.module, p.name) }

// Programs returns the names that Program knows.
func Programs() []string {
	var names []string
	for _, p := range pins() {
		names = append(names, p.name)
	}

	return names
}

// Modules returns the folder below testdata/tools of each program.
func Modules() []string {
	var folders []string
	for _, p := range pins() {
		folders = append(folders, p.folder())
	}

	return folders
}

func pinOf(name string) (pin, error) {
	all := pins()
	if i := slices.IndexFunc(all, func(p pin) bool { return p.name == name }); i >= 0 {
		return all[i], nil
	}

	return pin{}, fmt.Errorf("unknown program %q: the pinned ones are %q", name, Programs())
}
