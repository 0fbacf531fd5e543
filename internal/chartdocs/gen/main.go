// Command gen writes what is generated from the values of the charts whose folders are given.
package main

import (
	"fmt"
	"os"

	"github.com/helm-ferry/ferry/internal/chartdocs"
)

func main() {
	for _, dir := range os.Args[1:] {
		if err := generate(dir); err != nil {
			fmt.Fprintln(os.Stderr, "gen: error:", err)
			os.Exit(1)
		}
	}
}

func generate(dir string) error {
	output, err := chartdocs.Generate(dir)
	if err != nil {
		return err
	}
	return output.Write()
}
