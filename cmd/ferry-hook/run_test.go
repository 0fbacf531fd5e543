package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/cli"
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

// stuck is a store of which a request never ends, whatever the context says.
type stuck struct {
	mirror.Store
	location string
}

func (s stuck) Location() string { return s.location }

func (s stuck) List(ctx context.Context, _ string, _ mirror.Cursor) (mirror.Page, error) {
	time.Sleep(time.Hour)
	return mirror.Page{}, ctx.Err()
}

func TestARequestThatDoesNotEndIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(func(string) string { return "" })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		j := job{name: "mirror offsite", options: mirror.Options{Buckets: []string{"a"}}}
		source, destination := stuck{location: "http://source:9000"}, stuck{location: "http://destination:9000"}
		report, err := p.engine(ctx, slog.New(slog.DiscardHandler), j, source, destination)
		if took := time.Since(began); took != time.Minute+p.grace {
			t.Errorf("returned after %s", took)
		}
		if v := p.judge(j, report, err); v.kind != cli.Interrupted {
			t.Errorf("the verdict is %s", v)
		}
		time.Sleep(time.Hour) // lets the request end, as the end of the process does
	})
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		seen := newProgress(slog.New(slog.NewTextHandler(&text, nil)))
		stop := seen.every(10 * time.Second)
		seen.event(mirror.Event{Kind: mirror.EventBucket, Bucket: "a"})
		for range 3 {
			seen.event(mirror.Event{Kind: mirror.EventCopied, Bytes: 10 << 20})
			seen.event(mirror.Event{Kind: mirror.EventEqual, Bytes: 1 << 20})
		}
		seen.event(mirror.Event{Kind: mirror.EventFailed})
		time.Sleep(25 * time.Second)
		stop()
		want := `level=INFO msg=bucket name=a
level=INFO msg=progress bucket=a objects=7 bytes="33 MiB" copied="30 MiB" rate="3.0 MiB/s" failed=1
level=INFO msg=progress bucket=a objects=7 bytes="33 MiB" copied="30 MiB" rate="0 B/s" failed=1
`
		if diff := cmp.Diff(want, regexp.MustCompile(`time=\S+ `).ReplaceAllString(text.String(), "")); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}
