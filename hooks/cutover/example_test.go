package cutover_test

import (
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

func ExampleRefusal() {
	err := error(&cutover.Refusal{Reason: "Service/shop-rustfs has no ready endpoint"})
	if refusal, ok := errors.AsType[*cutover.Refusal](err); ok {
		fmt.Println("REFUSED: " + refusal.Reason)
	}
	// Output: REFUSED: Service/shop-rustfs has no ready endpoint
}
