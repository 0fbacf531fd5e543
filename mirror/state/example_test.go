package state_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/helm-ferry/ferry/mirror/state"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "state")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	place := state.NewFolder(filepath.Join(dir, "offsite"))
	if _, err := place.Open(ctx, state.Write); err != nil {
		log.Fatal(err)
	}
	name := "locks/" + state.Segment("Cargo") + ".json"
	tag, err := place.Put(ctx, name, []byte("mine"), state.Condition{Absent: true})
	if err != nil {
		log.Fatal(err)
	}
	_, err = place.Put(ctx, name, []byte("yours"), state.Condition{Absent: true})
	fmt.Println(name, errors.Is(err, state.ErrConflict))
	_, err = place.Put(ctx, name, []byte("still mine"), state.Condition{Tag: tag})
	fmt.Println(err)
	// Output:
	// locks/=43argo.json true
	// <nil>
}
