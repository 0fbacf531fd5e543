package faulty_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A store that is busy once.
func Example() {
	ctx := context.Background()
	store := faulty.New(memory.New("mem://a:1", memory.Quirks{}), faulty.Faults{Before: faulty.Times(1, "Buckets", mirror.ErrTemporary)})
	for range 2 {
		_, err := store.Buckets(ctx)
		fmt.Println(errors.Is(err, mirror.ErrTemporary))
	}
	fmt.Println(store.Calls("Buckets"))
	// Output:
	// true
	// false
	// 2
}
