package status_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/status"
)

func Example() {
	s := status.Status{Release: "lake", Mirrors: []status.Mirror{{Name: "offsite", RPO: "24h0m0s", Breached: true}}}
	fmt.Println(s.Breached())
	// Output: true
}
