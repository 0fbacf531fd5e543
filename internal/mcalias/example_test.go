package mcalias_test

import (
	"fmt"
	"log"

	"github.com/helm-ferry/ferry/internal/mcalias"
)

func Example() {
	finder := mcalias.Finder{Environ: []string{"MC_HOST_lake=https://somebody:something@s3.example.com"}}
	found, err := finder.Find("lake")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.URL, found.AccessKey, found.SecretKey, found.From)
	// Output:
	// https://s3.example.com somebody [secret] MC_HOST_lake
}
