// Command genschema writes the JSON Schema of Ferry's configuration and its reference page, both from
// the Go types, their comments and their defaults. It runs in its own folder, by go generate.
package main

import (
	"fmt"
	"os"
)

// Where the generated files go, seen from here.
const (
	schemaFile = "../../schema.json"
	pageFile   = "../../../../docs/reference/config.md"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "genschema: error: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := generate()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the content of every generated file.
func generate() (map[string][]byte, error) {
	schema, err := reflectSchema()
	if err != nil {
		return nil, err
	}
	text, err := encode(schema)
	if err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return map[string][]byte{schemaFile: text, pageFile: page(schema)}, nil
}
