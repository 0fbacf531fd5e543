package testworld_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func ExampleProgram() {
	ctx := context.Background()
	helm, err := testworld.Program(ctx, "helm4")
	if err != nil {
		log.Fatal(err)
	}
	out, err := exec.CommandContext(ctx, helm, "version", "--template", "{{.Version}}").Output()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(out))
	// Output: v4.3.1
}

func ExampleLaunchMinIO() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	server, err := testworld.LaunchMinIO(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Stop()
	client, err := server.Client()
	if err != nil {
		log.Fatal(err)
	}
	buckets, err := client.ListBuckets(ctx)
	fmt.Println(len(buckets), err)
	// Output: 0 <nil>
}
