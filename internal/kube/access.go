package kube

import (
	"fmt"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Access says how to reach a cluster from outside of it. Its fields are those of Helm's global
// flags; the zero value is what kubectl does without any.
type Access struct {
	// Kubeconfig is a file, or several as in $KUBECONFIG; empty for ~/.kube/config.
	Kubeconfig string
	// Context is one of the kubeconfig; empty for its current one.
	Context string
	// Namespace is that of the release; empty for the one of the context, or "default".
	Namespace string
	// Server is the URL of the API server, in place of the context's.
	Server string
	// Token, CAFile, TLSServerName and Insecure go with it.
	Token, CAFile, TLSServerName string
	Insecure                     bool
	// AsUser and AsGroups are who to act as.
	AsUser   string
	AsGroups []string
}

// Open opens the cluster of an access.
func Open(access Access) (Client, error) {
	config, namespace, err := access.config()
	if err != nil {
		return Client{}, fmt.Errorf("open the cluster: %w", err)
	}
	return New(config, namespace)
}

func (a Access) config() (*rest.Config, string, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: "", Precedence: filepath.SplitList(a.Kubeconfig)}
	if a.Kubeconfig == "" {
		rules.Precedence = []string{clientcmd.RecommendedHomeFile}
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{
		CurrentContext: a.Context,
		Context:        api.Context{Namespace: a.Namespace},
		ClusterInfo: api.Cluster{
			Server: a.Server, CertificateAuthority: a.CAFile, TLSServerName: a.TLSServerName, InsecureSkipTLSVerify: a.Insecure,
		},
		AuthInfo: api.AuthInfo{Token: a.Token, Impersonate: a.AsUser, ImpersonateGroups: a.AsGroups},
	})
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, "", err
	}
	namespace, _, err := loader.Namespace()
	return config, namespace, err
}
