package helmcli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"sigs.k8s.io/yaml"
)

// pluginFile is what is read of the plugin.yaml of a post-renderer for Helm 4.
type pluginFile struct {
	Name          string `json:"name"`
	Type          string `json:"type"`
	Runtime       string `json:"runtime"`
	RuntimeConfig struct {
		PlatformCommand []platformCommand `json:"platformCommand"`
	} `json:"runtimeConfig"`
}

type platformCommand struct {
	OS      string   `json:"os"`
	Arch    string   `json:"arch"`
	Command string   `json:"command"`
	Args    []string `json:"args"`
}

// pluginCommand is how Helm 4 would run a post-renderer.
func pluginCommand(folders []string, name string, args []string) (Before, error) {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*", "plugin.yaml"))
		if err != nil {
			return Before{}, fmt.Errorf("look for plugins in %s: %w", folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return Before{}, fmt.Errorf("look for the post-renderer %s: %w", name, err)
			}
			var plugin pluginFile
			if yaml.Unmarshal(text, &plugin) != nil || plugin.Name != name || plugin.Type != "postrenderer/v1" {
				continue // Helm refuses those that cannot be read
			}
			return plugin.before(filepath.Dir(file), args)
		}
	}
	return Before{}, fmt.Errorf("--post-renderer %s: Helm 4 takes the name of a plugin, and none in %s has it",
		name, strings.Join(folders, string(os.PathListSeparator)))
}

func (p pluginFile) before(dir string, args []string) (Before, error) {
	if p.Runtime != "subprocess" {
		return Before{}, fmt.Errorf("--post-renderer %s: its runtime is %s; Ferry can run one whose runtime is subprocess before its own", p.Name, p.Runtime)
	}
	chosen, found := choose(p.RuntimeConfig.PlatformCommand)
	if !found {
		return Before{}, fmt.Errorf("--post-renderer %s: it has no command for %s/%s", p.Name, runtime.GOOS, runtime.GOARCH)
	}
	own := map[string]string{"HELM_PLUGIN_NAME": p.Name, "HELM_PLUGIN_DIR": dir}
	expand := func(text string) string {
		return os.Expand(text, func(name string) string {
			if value, known := own[name]; known {
				return value
			}
			return os.Getenv(name) //nolint:forbidigo // as Helm expands it
		})
	}
	before := Before{Env: []string{"HELM_PLUGIN_NAME=" + p.Name, "HELM_PLUGIN_DIR=" + dir}}
	for _, word := range append(strings.Split(chosen.Command, " "), chosen.Args...) {
		before.Run = append(before.Run, expand(word))
	}
	before.Run = append(before.Run, args...)
	return before, nil
}

// choose takes the command of this platform; else that of its system; else that of any.
func choose(commands []platformCommand) (platformCommand, bool) {
	for _, fits := range []func(c platformCommand) bool{
		func(c platformCommand) bool {
			return strings.EqualFold(c.OS, runtime.GOOS) && strings.EqualFold(c.Arch, runtime.GOARCH)
		},
		func(c platformCommand) bool { return strings.EqualFold(c.OS, runtime.GOOS) && c.Arch == "" },
		func(c platformCommand) bool { return c.OS == "" && c.Arch == "" },
	} {
		for _, c := range commands {
			if fits(c) && c.Command != "" {
				return c, true
			}
		}
	}
	return platformCommand{}, false
}
