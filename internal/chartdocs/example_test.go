package chartdocs_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/helm-ferry/ferry/internal/chartdocs"
)

func ExampleGenerate() {
	dir, err := os.MkdirTemp("", "chart")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"Chart.yaml": "name: shop\n",
		"values.yaml": `
## The web server.
web:
  ## Number of pods.
  replicas: 2
  ## Host name, none when unset.
  # host: shop.example.com
`,
		"README.md": "# shop\n\n<!-- values: generated from values.yaml -->\n<!-- end of values -->\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	output, err := chartdocs.Generate(dir)
	if err != nil {
		log.Fatal(err)
	}
	if err := output.Write(); err != nil {
		log.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(readme))
	// Output:
	// # shop
	//
	// <!-- values: generated from values.yaml -->
	//
	// ### `web`
	//
	// The web server.
	//
	// | value | default | description |
	// |---|---|---|
	// | `web.replicas` | `2` | Number of pods. |
	// | `web.host` | `shop.example.com` | Host name, none when unset. |
	//
	// <!-- end of values -->
}
