package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// shared is an environment in which both Helms use one folder of plugins, as they do by default. A
// plugin of somebody else is in it, and Ferry's is installed by `helm plugin install`.
func shared(t *testing.T, installer string) []string {
	t.Helper()
	env := newEnv(t)
	writeFile(t, dataHome(env), "helm/plugins/other/plugin.yaml",
		"name: other\nversion: 1.0.0\nusage: test\ndescription: test\ncommand: echo the other plugin works\n")
	if _, err := call(t, env, nil, installer, "plugin", "install", plugin); err != nil {
		t.Fatal(err)
	}
	return env
}

func dataHome(env []string) string {
	for _, variable := range env {
		if value, found := strings.CutPrefix(variable, "XDG_DATA_HOME="); found {
			return value
		}
	}
	return ""
}

// shell runs lines of a POSIX shell in which helm is one of the Helms.
func shell(t *testing.T, env []string, helm, lines string) (string, error) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(helm, filepath.Join(bin, "helm")); err != nil {
		t.Fatal(err)
	}
	return call(t, append(env, "PATH="+bin+":"+os.Getenv("PATH")), nil, "sh", "-ec", lines)
}

// TestOnePluginFolderForBothHelms installs the plugin with one Helm and uses it with both, before and
// after `helm ferry shellenv`; other plugins go on working all the while.
func TestOnePluginFolderForBothHelms(t *testing.T) {
	helms := map[string]helm{"helm3": newHelm3(t), "helm4": newHelm4(t)}
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")})
	file := configFile(t, "")
	for installer, with := range helms {
		t.Run("installed by "+installer, func(t *testing.T) {
			env := shared(t, with.path)
			for name, h := range helms {
				t.Run(name, func(t *testing.T) {
					output, err := shell(t, env, h.path, `
						helm plugin list
						helm other
						helm ferry version
						eval "$(helm ferry shellenv)"
						helm plugin list
						helm other
						ferry version
						helm template shop '`+folder+`' --post-renderer `+h.postRenderer+` --post-renderer-args '--config=`+file+`'`)
					if err != nil {
						t.Fatal(err)
					}
					if n := strings.Count(output, "the other plugin works"); n != 2 {
						t.Errorf("the other plugin worked %d times of 2:\n%s", n, output)
					}
					if !strings.Contains(output, "name: shop-objectstorage") {
						t.Errorf("the alias is missing in\n%s", output)
					}
				})
			}
		})
	}
}

// TestShellOfHelm4IsNotForHelm3 shows why shellenv asks which Helm it is for, and that it puts right
// what was set up for the other one.
func TestShellOfHelm4IsNotForHelm3(t *testing.T) {
	helm3 := testworld.Helm3(t)
	env := shared(t, helm3)
	const setUp = `
		export HELM_PLUGIN_DIR="$XDG_DATA_HOME/helm/plugins/any name"
		eval "$("$HELM_PLUGIN_DIR"/bin/*/ferry shellenv --helm 4)"
		`
	if output, err := shell(t, env, helm3, setUp+"helm other"); err == nil {
		t.Errorf("Helm 3 has learned to live with a plugin of Helm 4; shellenv need not ask any more:\n%s", output)
	}
	output, err := shell(t, env, helm3, setUp+`eval "$(ferry shellenv)"; helm other`)
	if err != nil || !strings.Contains(output, "the other plugin works") {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestPostRendererInstalledByItself: a link to the nested plugin finds the program all the same.
func TestPostRendererInstalledByItself(t *testing.T) {
	h := newHelm4(t)
	env := newEnv(t)
	if _, err := call(t, env, nil, h.path, "plugin", "install", filepath.Join(plugin, "helm4", "ferry-post-renderer")); err != nil {
		t.Fatal(err)
	}
	h.env = env
	output := h.template(t, chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")}), config(t, "")...)
	if !strings.Contains(output, "name: shop-objectstorage") {
		t.Errorf("the alias is missing in\n%s", output)
	}
}

// TestPluginOfSomebodyElseRunsFerry: a plugin of Helm 4 that runs any program knows nothing of --helm4.
// The stream tells that it comes from Helm 4, and errors are shown there too.
func TestPluginOfSomebodyElseRunsFerry(t *testing.T) {
	h := newHelm4(t)
	h.env = newEnv(t)
	file := writeFile(t, dataHome(h.env), "helm/plugins/exec/plugin.yaml", "apiVersion: v1\ntype: postrenderer/v1\nname: exec\n"+
		"version: 1.0.0\nruntime: subprocess\nruntimeConfig: {platformCommand: [{command: \"${HELM_PLUGIN_DIR}/ferry\"}]}\n")
	if err := os.Symlink(ferry(), filepath.Join(filepath.Dir(file), "ferry")); err != nil {
		t.Fatal(err)
	}
	h.postRenderer = "exec"
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")})
	checkRefusal(t, h, []string{folder}, []string{"there is no configuration"})
	output := h.template(t, folder, append(config(t, ""), "-s", "templates/ferry/service-shop-objectstorage.yaml")...)
	if !strings.Contains(output, "name: shop-objectstorage") {
		t.Errorf("the alias is missing in\n%s", output)
	}
}

// TestPluginWithoutArguments prints help: Helm gives its plugins no manifests.
func TestPluginWithoutArguments(t *testing.T) {
	helm3 := testworld.Helm3(t)
	env := shared(t, helm3)
	for _, path := range []string{helm3, testworld.Helm4(t)} {
		output, err := call(t, env, nil, path, "ferry")
		if err != nil || !strings.Contains(output, "Usage:") {
			t.Errorf("%v\n%s", err, output)
		}
	}
}
