package helmcli

import (
	"strconv"
	"strings"

	"github.com/helm-ferry/ferry/internal/kube"
)

// Access says how to reach the cluster that Helm reaches with this line, in an environment: that of a
// shell, or of a plugin, to which Helm gives the flags that it has taken off the line.
func (l Line) Access(getenv func(string) string) kube.Access {
	pick := func(flag, variable string) string {
		if value := l.Value(flag); value != "" {
			return value
		}
		return getenv(variable)
	}
	insecure, _ := strconv.ParseBool(getenv("HELM_KUBEINSECURE_SKIP_TLS_VERIFY"))
	groups := l.Values("kube-as-group")
	if len(groups) == 0 && getenv("HELM_KUBEASGROUPS") != "" {
		groups = strings.Split(getenv("HELM_KUBEASGROUPS"), ",")
	}
	return kube.Access{
		Kubeconfig: pick("kubeconfig", "KUBECONFIG"), Context: pick("kube-context", "HELM_KUBECONTEXT"),
		Namespace: pick("namespace", "HELM_NAMESPACE"), Server: pick("kube-apiserver", "HELM_KUBEAPISERVER"),
		Token: pick("kube-token", "HELM_KUBETOKEN"), CAFile: pick("kube-ca-file", "HELM_KUBECAFILE"),
		TLSServerName: pick("kube-tls-server-name", "HELM_KUBETLS_SERVER_NAME"),
		Insecure:      insecure || l.Has("kube-insecure-skip-tls-verify"),
		AsUser:        pick("kube-as-user", "HELM_KUBEASUSER"), AsGroups: groups,
	}
}
