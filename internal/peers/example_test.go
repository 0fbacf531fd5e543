package peers_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// The stores reach a program by its environment, so that no secret stands in its arguments.
func ExamplePair_Aliases() {
	pair := peers.Pair{
		Source:      testworld.S3{Endpoint: "http://127.0.0.1:9000", AccessKey: "pilot", SecretKey: "harbour"},
		Destination: testworld.S3{Endpoint: "https://s3.example.com", AccessKey: "crew", SecretKey: "deck"},
		Bucket:      "cargo",
	}
	for _, variable := range pair.Aliases() {
		fmt.Println(variable)
	}

	// Output:
	// MC_HOST_src=http://pilot:harbour@127.0.0.1:9000
	// MC_HOST_dst=https://crew:deck@s3.example.com
}
