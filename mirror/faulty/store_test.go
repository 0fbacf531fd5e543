package faulty_test

import (
	"testing"

	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

// A store without faults is the store itself.
func TestConformance(t *testing.T) {
	storetest.Run(t, faulty.New(memory.New("mem://a:1", memory.Quirks{}), faulty.Faults{}), storetest.Lacks{})
}
