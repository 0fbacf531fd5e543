package lease_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/state"
)

func Example() {
	dir, err := os.MkdirTemp("", "state")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	place := state.NewFolder(dir)
	if _, err := place.Open(context.Background(), state.Write); err != nil {
		log.Fatal(err)
	}
	ctx, locks, err := lease.Take(context.Background(), place, []string{"cargo"}, lease.Here("ferry mirror"))
	if err != nil {
		log.Fatal(err)
	}
	_, taken := locks.Refused("cargo")
	fmt.Println(taken, locks.Check(), locks.Release(ctx))
	// Output:
	// false <nil> <nil>
}
