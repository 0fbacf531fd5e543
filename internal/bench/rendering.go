package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// benchRender measures the renderers.
func benchRender(ctx context.Context, root string, progress io.Writer, machine Machine) (Results, error) {
	results := Results{Date: time.Now().UTC().Format(time.DateOnly), Machine: machine}
	dir, err := os.MkdirTemp("", "ferry-bench-")
	if err != nil {
		return results, err
	}
	defer os.RemoveAll(dir)
	shop, err := newWorkshop(ctx, root, dir)
	if err != nil {
		return results, err
	}
	results.Programs = shop.versions
	before, err := currentUsage()
	if err != nil {
		return results, err
	}
	if results.Series, err = shop.measure(ctx, progress, sizes); err != nil {
		return results, err
	}
	after, err := currentUsage()
	if err != nil {
		return results, err
	}
	results.Machine.Others = math.Round(after.others(before)*1000) / 1000
	fmt.Fprintf(progress, "other work took %.1f %% of the processors meanwhile\n", results.Machine.Others*100)

	return results, nil
}
