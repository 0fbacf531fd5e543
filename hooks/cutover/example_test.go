package cutover_test

import (
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

func ExampleRefusal() {
	err := error(&cutover.Refusal{Reason: "Service/shop-rustfs has no ready endpoint"})
	var refusal *cutover.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("REFUSED: " + refusal.Reason)
	}
	// Output: REFUSED: Service/shop-rustfs has no ready endpoint
}
