package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/helm-ferry/ferry/internal/peers"
)

// profile lets Ferry's engine copy once more and returns where its processor time goes.
func (y *yard) profile(ctx context.Context, source *server, destination func() (*server, error)) ([]string, error) {
	to, err := destination()
	if err != nil {
		return nil, err
	}
	defer to.end()
	pair := peers.Pair{Source: source.S3, Destination: to.S3, Bucket: bucket}
	file := filepath.Join(y.dir, "cpu.pprof")
	if _, err := output(ctx, y.dir, pair.Aliases(), y.engine, "-profile", file, bucket); err != nil {
		return nil, err
	}
	text, err := output(ctx, y.dir, os.Environ(), "go", "tool", "pprof", "-top", "-nodecount=16", file)
	if err != nil {
		return nil, err
	}

	return table(text), nil
}

// table leaves the lines from the total on, without what names the run.
func table(text string) []string {
	_, rest, found := strings.Cut(text, "Showing nodes")
	if !found {
		return nil
	}

	return strings.Split("Showing nodes"+strings.TrimRight(rest, "\n"), "\n")
}

// scan measures how fast listings are read, by one core and by the benchmark of the package.
func scan(ctx context.Context, root string) (map[string]Rates, error) {
	text, err := output(ctx, root, os.Environ(), "go", "test", "-run=^$", "-bench=^BenchmarkPage$", "-cpu=1", "-count=3", "./internal/s3list")
	if err != nil {
		return nil, err
	}

	return rates(text)
}

// rates reads what go test prints of a benchmark that counts keys.
func rates(text string) (map[string]Rates, error) {
	found := map[string]Rates{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		for i, field := range fields {
			if field != "keys/s" {
				continue
			}
			keys, err := strconv.ParseFloat(fields[i-1], 64)
			if err != nil {
				return nil, err
			}
			name := scanXML
			if strings.HasPrefix(fields[0], "BenchmarkPage/own") {
				name = scanOwn
			}
			found[name] = append(found[name], keys)
		}
	}

	return found, nil
}
