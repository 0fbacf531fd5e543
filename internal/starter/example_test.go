package starter_test

import (
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/starter"
)

func ExampleDocument() {
	document, err := starter.Document("shop", &manifest.Stream{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.SplitN(string(document), "\n", 2)[0])
	// Output: # yaml-language-server: $schema=ferry.schema.json
}
