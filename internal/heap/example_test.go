package heap_test

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/helm-ferry/ferry/internal/heap"
)

func Example() {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	if os.Getenv("GOGC") == "" {
		heap.ForManifests(os.Getenv)
		fmt.Println("the heap may grow to", 1+debug.SetGCPercent(100)/100, "times what is in use")
	}
	// Output: the heap may grow to 5 times what is in use
}
