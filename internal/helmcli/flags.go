package helmcli

// kind says what follows a flag on the line.
type kind int

const (
	plain    kind = iota // a switch: nothing, or =false
	valued               // a value, after = or as the next word
	optional             // a value after = only
)

// flags are those of upgrade, rollback and uninstall, and the global ones, of both majors.
var flags = map[string]kind{
	"atomic": plain, "ca-file": valued, "cert-file": valued, "cleanup-on-fail": plain, "create-namespace": plain,
	"dependency-update": plain, "description": valued, "devel": plain, "disable-openapi-validation": plain,
	"dry-run": optional, "enable-dns": plain, "force": plain, "force-conflicts": plain, "force-replace": plain,
	"help": plain, "hide-notes": plain, "hide-secret": plain, "history-max": valued, "insecure-skip-tls-verify": plain,
	"install": plain, "key-file": valued, "keyring": valued, "labels": valued, "no-hooks": plain, "output": valued,
	"pass-credentials": plain, "password": valued, "plain-http": plain, "post-renderer": valued,
	"post-renderer-args": valued, "recreate-pods": plain, "render-subchart-notes": plain, "repo": valued,
	"reset-then-reuse-values": plain, "reset-values": plain, "reuse-values": plain, "rollback-on-failure": plain,
	"server-side": valued, "set": valued, "set-file": valued, "set-json": valued, "set-literal": valued,
	"set-string": valued, "skip-crds": plain, "skip-schema-validation": plain, "take-ownership": plain,
	"timeout": valued, "username": valued, "values": valued, "verify": plain, "version": valued, "wait": optional,
	"wait-for-jobs": plain,

	"burst-limit": valued, "color": valued, "colour": valued, "content-cache": valued, "debug": plain,
	"kube-apiserver": valued, "kube-as-group": valued, "kube-as-user": valued, "kube-ca-file": valued,
	"kube-context": valued, "kube-insecure-skip-tls-verify": plain, "kube-tls-server-name": valued,
	"kube-token": valued, "kubeconfig": valued, "namespace": valued, "qps": valued, "registry-config": valued,
	"repository-cache": valued, "repository-config": valued,
}

// shorthands are the flags of one letter.
var shorthands = map[byte]string{'f': "values", 'h': "help", 'i': "install", 'l': "labels", 'n': "namespace", 'o': "output"}

// Flags returns the names of all flags that are known, and whether the next word is their value.
func Flags() map[string]bool {
	known := map[string]bool{}
	for name, kind := range flags {
		known[name] = kind == valued
	}
	return known
}
