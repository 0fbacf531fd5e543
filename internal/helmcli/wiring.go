package helmcli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Wiring is a folder by which Helm finds Ferry as its post-renderer.
type Wiring struct {
	dir  string
	helm Helm
}

// Before says what the post-renderer does with the manifests before it renders them. It is read back by
// [ReadBefore].
type Before struct {
	// Run is a command that they go through first, the user's own post-renderer; empty for none.
	Run []string `json:"run,omitempty"`
	// Env is added to its environment.
	Env []string `json:"env,omitempty"`
	// Keep is a file to write them to; nothing is rendered then.
	Keep string `json:"keep,omitempty"`
	// Apart tells that hooks are kept out of what Helm gets, since the caller runs them: Helm 3 cannot.
	Apart bool `json:"apart,omitempty"`
}

// pluginName is that of Ferry's post-renderer while a wiring lasts.
const pluginName = "ferry-wired"

// Wire makes a wiring for a Helm.
func Wire(helm Helm) (*Wiring, error) {
	dir, err := os.MkdirTemp("", "ferry-")
	if err != nil {
		return nil, fmt.Errorf("wire the post-renderer: %w", err)
	}
	return &Wiring{dir: dir, helm: helm}, nil
}

// Close removes the folder.
func (w *Wiring) Close() error { return os.RemoveAll(w.dir) }

// Path is a file in the folder.
func (w *Wiring) Path(name string) string { return filepath.Join(w.dir, name) }

// Renderer has Helm call a program, after the post-renderer that the line names. The Helm that it
// returns must be run with the line that it returns. The program gets its arguments, and then
// --before=FILE.
func (w *Wiring) Renderer(ctx context.Context, line Line, program string, args []string, keep string) (Helm, Line, error) {
	before, err := w.before(ctx, line, keep)
	if err != nil {
		return Helm{}, Line{}, err
	}
	text, err := json.Marshal(before)
	if err != nil {
		return Helm{}, Line{}, fmt.Errorf("wire the post-renderer: %w", err)
	}
	name := "before.json"
	if keep != "" {
		name = "keep.json"
	}
	if err := os.WriteFile(w.Path(name), text, 0o600); err != nil {
		return Helm{}, Line{}, fmt.Errorf("wire the post-renderer: %w", err)
	}
	line = line.Without("post-renderer", "post-renderer-args")
	helm, renderer := w.helm, program
	if helm.Major == 4 {
		if helm, err = w.plugin(ctx, program); err != nil {
			return Helm{}, Line{}, err
		}
		renderer = pluginName
	}
	line = line.With("post-renderer", renderer)
	for _, arg := range append(args, "--before="+w.Path(name)) {
		line = line.With("post-renderer-args", arg)
	}
	return helm, line, nil
}

// plugin makes the program a plugin of Helm 4.
func (w *Wiring) plugin(ctx context.Context, program string) (Helm, error) {
	folder := w.Path(pluginName)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Helm{}, fmt.Errorf("wire the post-renderer: %w", err)
	}
	// Helm expands variables in the path and splits it at blanks
	command := "${HELM_PLUGIN_DIR}/" + filepath.Base(program)
	if err := os.Symlink(program, filepath.Join(folder, filepath.Base(program))); err != nil && !os.IsExist(err) {
		command = program
	}
	text := "apiVersion: v1\ntype: postrenderer/v1\nname: " + pluginName + "\nversion: 0.1.0\nruntime: subprocess\n" +
		"sourceURL: https://github.com/helm-ferry/ferry\nruntimeConfig:\n  platformCommand:\n  - {command: " + strconv.Quote(command) + "}\n"
	if err := os.WriteFile(filepath.Join(folder, "plugin.yaml"), []byte(text), 0o600); err != nil {
		return Helm{}, fmt.Errorf("wire the post-renderer: %w", err)
	}
	folders, err := w.helm.pluginFolders(ctx)
	if err != nil {
		return Helm{}, err
	}
	helm := w.helm
	helm.Env = append(append([]string{}, helm.Env...), "HELM_PLUGINS="+strings.Join(append(folders, w.dir), string(os.PathListSeparator)))
	return helm, nil
}

// before says what comes before Ferry's renderer.
func (w *Wiring) before(ctx context.Context, line Line, keep string) (Before, error) {
	theirs, args := line.Value("post-renderer"), line.Values("post-renderer-args")
	apart := w.helm.Major == 3
	if theirs == "" {
		return Before{Keep: keep, Apart: apart}, nil
	}
	if apart {
		path, err := exec.LookPath(theirs)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			return Before{}, fmt.Errorf("--post-renderer %s: %w", theirs, err)
		}
		return Before{Run: append([]string{path}, args...), Keep: keep, Apart: apart}, nil
	}
	folders, err := w.helm.pluginFolders(ctx)
	if err != nil {
		return Before{}, err
	}
	before, err := pluginCommand(folders, theirs, args)
	before.Keep = keep
	return before, err
}

// pluginFolders are those in which Helm looks for plugins.
func (h Helm) pluginFolders(ctx context.Context) ([]string, error) {
	answer, err := h.Output(ctx, "env", "HELM_PLUGINS")
	if err != nil {
		return nil, err
	}
	return filepath.SplitList(strings.TrimSpace(string(answer))), nil
}

// ReadBefore reads the file of --before.
func ReadBefore(path string) (Before, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Before{}, err
	}
	var before Before
	if err := json.Unmarshal(text, &before); err != nil {
		return Before{}, fmt.Errorf("read %s: %w", path, err)
	}
	return before, nil
}
