package faulty_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

// A store without faults is the store itself.
func TestConformance(t *testing.T) {
	storetest.Run(t, faulty.New(memory.New("mem://a:1", memory.Quirks{KeepsIDs: true}), faulty.Faults{}), storetest.Lacks{})
}

// A fault may sleep in a bubble while others wait for their turn.
func TestSleepingFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := faulty.New(memory.New("mem://a:1", memory.Quirks{}), faulty.Faults{
			Before: func(faulty.Call) error { time.Sleep(time.Second); return nil },
		})
		start := time.Now()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := store.Buckets(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if spent := time.Since(start); spent != 3*time.Second {
			t.Errorf("three turns of a second took %v", spent)
		}
	})
}
