package record_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/hooks/record"
)

func ExampleRecord_Proves() {
	r := &record.Record{From: "minio", To: "rustfs", Revision: 8, State: record.Proven}
	fmt.Println("the upgrade that it was made for:", r.Proves("minio", "rustfs", "minio", 8))
	fmt.Println("a later one, the alias has moved:", r.Proves("minio", "rustfs", "rustfs", 9))
	fmt.Println("a later one, the alias has not:", r.Proves("minio", "rustfs", "minio", 9))
	// Output:
	// the upgrade that it was made for: true
	// a later one, the alias has moved: true
	// a later one, the alias has not: false
}
