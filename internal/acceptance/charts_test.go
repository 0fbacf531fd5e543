package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/render"
)

// charts are the committed charts whose ci/*-values.yaml are rendered, with what Helm needs beside
// these files. A chart that does not configure Ferry itself has testdata/charts/NAME.ferry.yaml.
var charts = []struct{ name, path, config string }{
	{name: "lakehouse", path: "charts/lakehouse"},
	{name: "bitnami-minio", path: "testdata/charts/bitnami-minio", config: "testdata/charts/bitnami-minio.ferry.yaml"},
	{name: "rustfs", path: "testdata/charts/rustfs", config: "testdata/charts/rustfs.ferry.yaml"},
	{name: "seaweedfs", path: "testdata/charts/seaweedfs", config: "testdata/charts/seaweedfs.ferry.yaml"},
}

// TestGoldens renders every chart with each of its value files through both Helms and compares
// with testdata/charts/goldens/CHART/CASE/HELM.yaml, or HELM.error.txt where Ferry refuses.
func TestGoldens(t *testing.T) {
	for _, chart := range charts {
		for _, values := range valueFiles(t, chart.path) {
			name := strings.TrimSuffix(filepath.Base(values), "-values.yaml")
			t.Run(chart.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				withHelms(t, func(t *testing.T, h helm) {
					args := append([]string{"template", "ilum", filepath.Join(root, chart.path), "--values", values}, h.renderer...)
					if chart.config != "" {
						args = append(args, "--post-renderer-args", "--config="+filepath.Join(root, chart.config))
					}
					compare(t, h, args, filepath.Join(root, "testdata/charts/goldens", chart.name, name, h.name))
				})
			})
		}
	}
}

// compare runs Helm and compares what it prints, Secrets hidden, or what it says.
func compare(t *testing.T, h helm, args []string, file string) {
	t.Helper()
	out, err := h.run(t, args...)
	if err != nil {
		_, said, _ := strings.Cut(err.Error(), "\n")
		golden.Equal(t, file+".error.txt", []byte(strings.ReplaceAll(said, plugin, "PLUGIN")))
		if _, statErr := os.Stat(file + ".yaml"); statErr == nil {
			t.Errorf("%s.yaml exists, and Helm fails: %v", file, err)
		}
		return
	}
	masked, err := render.Mask(out)
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, file+".yaml", masked)
	if _, err := os.Stat(file + ".error.txt"); err == nil {
		t.Errorf("%s.error.txt exists, and Helm does not fail", file)
	}
}

// valueFiles are the cases of a chart.
func valueFiles(t *testing.T, chart string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, chart, "ci", "*-values.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no value files: %v", chart, err)
	}
	return files
}
