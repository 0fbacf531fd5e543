package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/state"
	"github.com/helm-ferry/ferry/mirror/statetest"
)

// careless is a store that ignores the conditions of a write, or refuses to know them.
type careless struct {
	mirror.Store
	refuses bool
}

func (s careless) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if s.refuses && (req.IfAbsent || req.IfMatch != "") {
		return "", errors.New("a header you provided implies functionality that is not implemented")
	}
	req.IfAbsent, req.IfMatch = false, ""
	time.Sleep(time.Second) // in which others look

	return s.Store.Put(ctx, bucket, key, req)
}

// TestStateInBuckets runs the suite in buckets and below prefixes.
func TestStateInBuckets(t *testing.T) {
	for name, store := range map[string]mirror.Store{
		"memory":    memory.New("mem://a:1", memory.Quirks{PageSize: 2}),
		"MinIO":     dial(t, testworld.StartMinIO(t)),
		"versitygw": dial(t, testworld.StartVersityGW(t)),
	} {
		for kind, at := range map[string]func(n int64) state.Place{
			"bucket": func(n int64) state.Place { return mirror.StateIn(store, fmt.Sprintf("state-%d", n), "") },
			"prefix": func(n int64) state.Place { return mirror.StateIn(store, "shared", fmt.Sprintf("deep/state-%d", n)) },
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				made := int64(0)
				statetest.Run(t, func(*testing.T) func() state.Place {
					made++
					n := made

					return func() state.Place { return at(n) }
				})
			})
		}
	}
}

// A store that does not check conditions is noticed, and writers are kept apart by
// reading back.
func TestStateWithoutConditions(t *testing.T) {
	for kind, refuses := range map[string]bool{"ignored": false, "refused": true} {
		for name, test := range statetest.Tests() {
			t.Run(kind+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store := careless{Store: memory.New("mem://a:1", memory.Quirks{}), refuses: refuses}
					test(t, func() state.Place { return mirror.StateIn(store, "state", "") })
					facts, err := mirror.StateIn(store, "other", "").Open(t.Context(), state.Write)
					if err != nil || facts.Conditional {
						t.Errorf("opened as %+v, %v", facts, err)
					}
				})
			})
		}
	}
}

// Every make of server that tests can run refuses wrong conditions.
func TestServersCheckConditions(t *testing.T) {
	for name, server := range map[string]testworld.S3{"MinIO": testworld.StartMinIO(t), "versitygw": testworld.StartVersityGW(t)} {
		facts, err := mirror.StateIn(dial(t, server), "state", "").Open(t.Context(), state.Write)
		if err != nil || !facts.Conditional {
			t.Errorf("%s: %+v, %v", name, facts, err)
		}
	}
}

// A write that had its effect and was answered with an error is not taken for
// somebody else's when it is tried again.
func TestStateKnowsItsOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := false
		store := faulty.New(memory.New("mem://a:1", memory.Quirks{}), faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Put" && call.Key == "lock" && !broken {
				broken = true

				return mirror.ErrTemporary
			}

			return nil
		}})
		place := mirror.StateIn(store, "state", "")
		if _, err := place.Open(t.Context(), state.Write); err != nil {
			t.Fatal(err)
		}
		tag, err := place.Put(t.Context(), "lock", []byte("mine"), state.Condition{Absent: true})
		if err != nil || !broken {
			t.Fatalf("the write failed: %v", err)
		}
		if _, now, err := place.Get(t.Context(), "lock"); err != nil || now != tag {
			t.Errorf("the tag is %q, was told %q, %v", now, tag, err)
		}
	})
}

// A bucket that is somebody else's is named, and nothing is written to it.
func TestStateBucketOfAStranger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := faulty.New(memory.New("mem://a:1", memory.Quirks{}), faulty.Faults{Before: faulty.Times(-1, "List", errDenied)})
		_, err := mirror.StateIn(store, "ferry-state", "").Open(t.Context(), state.Write)
		if !errors.Is(err, errDenied) || !strings.Contains(err.Error(), `"ferry-state"`) {
			t.Errorf("got %v", err)
		}
		if n := store.Calls("Put") + store.Calls("CreateBucket"); n > 0 {
			t.Errorf("%d writes", n)
		}
	})
}
