package hookrun_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/hookrun"
)

func Example() {
	refused := &hookrun.FailedError{Job: "lake-cutover", Code: 4, Last: "REFUSED: versitygw has no ready pod"}
	silent := &hookrun.FailedError{Job: "lake-cutover", Reason: "Job was active longer than specified deadline"}
	fmt.Println(refused)
	fmt.Println(silent)
	// Output:
	// REFUSED: versitygw has no ready pod
	// Job/lake-cutover failed: Job was active longer than specified deadline
}
