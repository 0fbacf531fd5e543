// Command memserver is the server in memory of the benchmarks, in a process of its own.
// It prints its address; the keys are those of package quirky.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/helm-ferry/ferry/mirror/quirky"
)

func main() {
	bucket := flag.String("synthetic", "", "a bucket of objects that are made up")
	var made quirky.Synthetic
	flag.IntVar(&made.Keys, "keys", 0, "how many objects it has")
	flag.IntVar(&made.Size, "size", 4096, "how large each is")
	flag.IntVar(&made.Parts, "parts", 0, "in how many parts each was written")
	flag.Parse()
	server := quirky.New(quirky.Config{Name: "AmazonS3"})
	if *bucket != "" {
		server.CreateSynthetic(*bucket, made)
	}
	url, err := server.Start(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, url)
	select {}
}
