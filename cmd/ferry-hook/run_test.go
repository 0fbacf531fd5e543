package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// late is a store that answers after some failures; until then, and with what.
type late struct {
	mirror.Store
	failures int
	with     error
}

func (l *late) Location() string { return "http://late:9000" }

func (l *late) Buckets(context.Context) ([]string, error) {
	if l.failures > 0 {
		l.failures--
		return nil, l.with
	}
	return []string{"a"}, nil
}

func TestAwait(t *testing.T) {
	temporary := fmt.Errorf("connection refused: %w", mirror.ErrTemporary)
	refused := errors.New("access denied")
	tests := map[string]struct {
		store  late
		cancel time.Duration // 0: never
		took   time.Duration
		denied error
		failed string
	}{
		"at once":            {store: late{}},
		"after three times":  {store: late{failures: 3, with: temporary}, took: 7 * time.Second},
		"it refuses":         {store: late{failures: 1, with: refused}, denied: refused},
		"never":              {store: late{failures: 1000, with: temporary}, took: 5 * time.Minute, failed: "destination http://late:9000 does not answer: connection refused: temporary failure"},
		"the run is stopped": {store: late{failures: 1000, with: temporary}, cancel: 20 * time.Second, took: 20 * time.Second, failed: "wait for destination http://late:9000: context canceled: connection refused: temporary failure"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if test.cancel > 0 {
					time.AfterFunc(test.cancel, cancel)
				}
				defer cancel()
				p, began := newProgram(func(string) string { return "" }), time.Now()
				names, denied, err := p.await(ctx, slog.New(slog.DiscardHandler), "destination", &test.store)
				if took := time.Since(began); took != test.took {
					t.Errorf("took %s, want %s", took, test.took)
				}
				if !errors.Is(denied, test.denied) || (err == nil) != (test.failed == "") || err != nil && err.Error() != test.failed {
					t.Errorf("got %v, %v, want %v, %s", denied, err, test.denied, test.failed)
				}
				if answered := denied == nil && err == nil; answered != (len(names) == 1) {
					t.Errorf("got buckets %v", names)
				}
			})
		})
	}
}
