package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// rendering is a release as Helm renders it, without Ferry and with it.
type rendering struct {
	plain, ferried objects
}

// render has both Helms render the release, with and without Ferry. What they render has to be the
// same, but for hooks: Helm 3 runs none of a post-renderer.
func (w *workshop) render(ctx context.Context, s stage, values string, set ...string) (rendering, error) {
	args := []string{"-f", "charts/lakehouse/demo-values.yaml", "-f", values}
	told := "-f charts/lakehouse/demo-values.yaml -f internal/demo/values.yaml"
	for _, value := range set {
		args, told = append(args, "--set", value), told+" --set "+value
	}
	s.command(`helm template ilum charts/lakehouse \`)
	s.say(`    %s \`, told)
	s.say("    --post-renderer ferry                   # Helm 4: --post-renderer ferry-post-renderer")
	var both [2]rendering
	for i, helm := range []struct{ path, renderer string }{{w.helm3, "ferry"}, {w.helm4, "ferry-post-renderer"}} {
		var err error
		if both[i].plain, err = w.template(ctx, helm.path, args...); err != nil {
			return rendering{}, err
		}
		if both[i].ferried, err = w.template(ctx, helm.path, append(args, "--post-renderer", helm.renderer)...); err != nil {
			return rendering{}, err
		}
	}
	first := both[0]
	hooks := without(both[1].ferried, first.ferried)
	maps.DeleteFunc(hooks, func(_ string, o *manifest.Object) bool { return !o.Hook() })
	both[1].ferried = without(both[1].ferried, hooks)
	if diff := cmp.Diff(first.ferried.fields(), both[1].ferried.fields()); diff != "" {
		return rendering{}, fmt.Errorf("the Helms do not render the same (-3 +4):\n%s", diff)
	}
	s.say("")
	s.say("Helm 3 and Helm 4 render the same %d objects: %d are the chart's, %d are added by Ferry.",
		len(first.ferried), len(first.plain), len(first.added()))
	if len(hooks) > 0 {
		s.say("Beside them Helm 4 renders the %d that move objects inside an upgrade; under Helm 3 ferry upgrade makes them.", len(hooks))
	}
	return first, nil
}

// template renders with one Helm, which sees nothing of the user's own set-up.
func (w *workshop) template(ctx context.Context, helm string, args ...string) (objects, error) {
	home := filepath.Join(w.dir, "home")
	environment := []string{
		"PATH=" + filepath.Dir(w.hook), // where Helm 3 looks for post-renderers
		"HOME=" + home, "HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home,
		"KUBECONFIG=" + filepath.Join(home, "none"),
	}
	if helm == w.helm4 {
		environment = append(environment, "HELM_PLUGINS="+w.plugins)
	}
	text, err := output(ctx, w.root, environment, helm, append([]string{"template", "ilum", "charts/lakehouse"}, args...)...)
	if err != nil {
		return nil, err
	}
	stream, err := manifest.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("parse what %s renders: %w", filepath.Base(helm), err)
	}
	return byTitle(stream), nil
}
