package charts_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/release"
)

// situation is what Ferry makes of a release.
type situation struct {
	Providers string // enabled ones
	Active    string
	Cutover   bool
	Migration string // from, to, and dry if it writes nothing
	Claims    string
}

// situations are those of the files in lakehouse/ci, by name.
var situations = map[string]situation{
	"path-a-keep-minio": {Providers: "minio", Active: "minio", Claims: "data-ilum-minio-0"},
	"path-b-side-by-side": {
		Providers: "minio rustfs", Active: "minio", Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"path-b-dry-run": {
		Providers: "minio rustfs", Active: "minio", Migration: "minio rustfs dry", Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"path-b-migrate": {
		Providers: "minio rustfs", Active: "minio", Migration: "minio rustfs", Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"path-b-acknowledged": {
		Providers: "minio rustfs", Active: "rustfs", Cutover: true, Migration: "minio rustfs",
		Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"path-b-legacy-flag": {
		Providers: "minio rustfs", Active: "rustfs", Cutover: true, Migration: "minio rustfs",
		Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"cutover-hooks": {
		Providers: "minio rustfs", Active: "rustfs", Cutover: true, Migration: "minio rustfs",
		Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"path-b-retire-minio": {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
	"path-c-new-install":  {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
	"rollback-to-minio": {
		Providers: "minio rustfs", Active: "minio", Cutover: true, Migration: "rustfs minio",
		Claims: "data-ilum-minio-0 data-ilum-rustfs-0",
	},
	"minio-standalone": {Providers: "minio", Active: "minio", Claims: "ilum-minio"},
	"versitygw-target": {
		Providers: "minio versitygw", Active: "minio", Migration: "minio versitygw",
		Claims: "data-ilum-minio-0 data-ilum-versitygw-0",
	},
	"external-target": {
		Providers: "external minio", Active: "minio", Migration: "minio external", Claims: "data-ilum-minio-0",
	},
	"external-endpoint": {Providers: "external", Active: "external"},
	"user-row-provider": {Providers: "rclone-s3", Active: "rclone-s3", Claims: "data-ilum-rclone-s3-0"},
	"existing-secret":   {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
	"rewire":            {Providers: "minio rustfs", Active: "minio", Claims: "data-ilum-minio-0 data-ilum-rustfs-0"},
	"two-mirrors":       {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
	"snapshots":         {Providers: "minio rustfs", Active: "minio", Claims: "data-ilum-minio-0 data-ilum-rustfs-0"},
	"guard-off":         {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
	"pod-template":      {Providers: "rustfs", Active: "rustfs", Claims: "data-ilum-rustfs-0"},
}

// TestSituations renders every file in lakehouse/ci with both Helms, loads the config document that
// the chart renders, and compares what Ferry finds in the release.
func TestSituations(t *testing.T) {
	t.Parallel()
	for _, file := range situationFiles(t) {
		name := strings.TrimSuffix(filepath.Base(file), "-values.yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				if diff := cmp.Diff(situations[name], situationOf(t, helm, file)); diff != "" {
					t.Errorf("situation (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// situationFiles returns the files in lakehouse/ci, which are those that situations names and the
// README explains.
func situationFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("lakehouse/ci/*-values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("lakehouse/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range situations {
		if !strings.Contains(string(readme), "| `"+name+"` |") {
			t.Errorf("lakehouse/README.md does not explain %s", name)
		}
		if file := filepath.Join("lakehouse/ci", name+"-values.yaml"); !slices.Contains(files, file) {
			t.Errorf("there is no %s", file)
		}
	}
	if len(files) != len(situations) {
		t.Fatalf("lakehouse/ci has %d files and there are %d situations", len(files), len(situations))
	}
	return files
}

func situationOf(t *testing.T, helm, file string) situation {
	t.Helper()
	stream := render(t, helm, "lakehouse", "--values", file)
	cfg, err := config.Load("ConfigMap/ilum-ferry", []byte(find(t, stream, "ConfigMap/ilum-ferry").String("data", "ferry.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	found, err := release.Inspect(stream, cfg)
	if err != nil {
		t.Fatal(err)
	}
	resolution, err := found.Resolve(cfg.Spec.ObjectStorage)
	if err != nil {
		t.Fatal(err)
	}
	var providers, claims []string
	for _, p := range found.Providers {
		providers = append(providers, p.Name())
		if cfg.Spec.ObjectStorage.Credentials.ExistingSecret == "" && !p.External() && !p.Credentials.InSecret() {
			t.Errorf("the credentials of %s are not found", p.Title())
		}
	}
	for _, c := range found.Claims {
		claims = append(claims, c.Name)
	}
	if len(found.Consumers) != 2 {
		t.Errorf("there are %d consumers, want 2: %v", len(found.Consumers), found.Consumers)
	}
	slices.Sort(providers)
	slices.Sort(claims)
	return situation{
		Providers: strings.Join(providers, " "), Active: resolution.Active.Name(), Cutover: resolution.Cutover,
		Migration: migrationOf(cfg.Spec.Migration), Claims: strings.Join(claims, " "),
	}
}

func migrationOf(m config.Migration) string {
	text := m.From + " " + m.To
	if m.DryRun {
		text += " dry"
	}
	if !m.Enabled {
		text = ""
	}
	return text
}
