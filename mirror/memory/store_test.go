package memory_test

import (
	"testing"

	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, memory.New("mem://a:1", memory.Quirks{KeepsIDs: true}), storetest.Lacks{})
}
