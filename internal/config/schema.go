package config

import (
	"bytes"
	_ "embed"
)

//go:generate go run -C internal/genschema .

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema of the document. It knows the shape; what depends on several
// fields at once, [Load] checks alone.
func Schema() []byte { return bytes.Clone(schema) }
