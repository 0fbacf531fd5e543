package helmcli_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/helmcli"
)

func Example() {
	line := helmcli.Parse([]string{"lake", "--atomic", "-f", "values.yaml", "./chart", "--config=ferry.yaml"}, map[string]bool{"config": true})
	fmt.Println(line.Words, line.Value("config"))
	for _, major := range []int{3, 4} {
		fmt.Println(line.Without("config").Argv(major))
	}
	// Output:
	// [lake ./chart] ferry.yaml
	// [--atomic --values=values.yaml lake ./chart]
	// [--rollback-on-failure --values=values.yaml lake ./chart]
}
