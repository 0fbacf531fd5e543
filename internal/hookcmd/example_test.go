package hookcmd_test

import (
	"fmt"
	"slices"

	"github.com/helm-ferry/ferry/internal/hookcmd"
)

func ExampleNames() {
	args := []string{hookcmd.Mirror, "--config=/etc/ferry/ferry.yaml", "--mirror=offsite"}
	fmt.Println(slices.Contains(hookcmd.Names(), args[0]))
	fmt.Println(slices.Contains(hookcmd.Names(), "snapshot"))
	// Output:
	// true
	// false
}
