package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The person who may read charts.
const reader, readerPassword = "reader", "test-only"

// chartServer serves the charts of a folder: its files as they are, which make a repository, and each
// archive as charts/NAME:VERSION of a registry. Whoever asks must give name and password.
func chartServer(folder string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServer(http.Dir(folder)))
	mux.HandleFunc("GET /v2/{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /v2/charts/{name}/tags/list", func(w http.ResponseWriter, r *http.Request) {
		var tags []string
		for _, c := range storedCharts(folder, r.PathValue("name")) {
			tags = append(tags, c.tag)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(jsonOf(map[string]any{"name": "charts/" + r.PathValue("name"), "tags": tags})) // Helm says what is cut off
	})
	mux.HandleFunc("GET /v2/charts/{name}/{kind}/{reference}", func(w http.ResponseWriter, r *http.Request) {
		for _, c := range storedCharts(folder, r.PathValue("name")) {
			for _, b := range []blob{c.manifest, c.config, c.layer} {
				if r.PathValue("reference") == b.Digest || r.PathValue("reference") == c.tag {
					w.Header().Set("Content-Type", b.MediaType)
					w.Header().Set("Docker-Content-Digest", b.Digest)
					http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.data))
					return
				}
			}
		}
		http.NotFound(w, r)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != reader || password != readerPassword {
			w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// storedChart is a chart as Helm stores it in a registry.
type storedChart struct {
	tag                     string
	manifest, config, layer blob
}

// blob is what a registry has, with its descriptor.
type blob struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int    `json:"size"`
	data      []byte
}

func newBlob(mediaType string, data []byte) blob {
	return blob{MediaType: mediaType, Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(data)), Size: len(data), data: data}
}

// storedCharts are the versions of a chart in a folder, from NAME-VERSION.tgz.
func storedCharts(folder, name string) []storedChart {
	var charts []storedChart
	files, _ := filepath.Glob(filepath.Join(folder, name+"-*.tgz"))
	for _, file := range files {
		archive, err := os.ReadFile(file)
		if err != nil {
			continue // Helm says that it is missing
		}
		version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), name+"-"), ".tgz")
		c := storedChart{
			tag:    version,
			config: newBlob("application/vnd.cncf.helm.config.v1+json", jsonOf(map[string]string{"apiVersion": "v2", "name": name, "version": version})),
			layer:  newBlob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive),
		}
		const image = "application/vnd.oci.image.manifest.v1+json"
		c.manifest = newBlob(image, jsonOf(map[string]any{"schemaVersion": 2, "mediaType": image, "config": c.config, "layers": []blob{c.layer}}))
		charts = append(charts, c)
	}
	return charts
}

func jsonOf(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // what is written here is plain
	}
	return text
}
