package revision_test

import (
	"encoding/base64"
	"fmt"

	"github.com/helm-ferry/ferry/internal/revision"
)

func ExampleDecode() {
	// records of both Helms are packed, too; what is not is read all the same
	record := base64.StdEncoding.EncodeToString([]byte(`{"name": "shop", "version": 7, "info": {"status": "deployed"}, "manifest": "..."}`))
	r, err := revision.Decode([]byte(record))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s revision %d is %s\n", r.Release, r.Number, r.Status)
	// Output: shop revision 7 is deployed
}
