package main

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
)

// stuck is a store of which a request never ends, whatever the context says.
type stuck struct{ mirror.Store }

func (stuck) Location() string { return "http://stuck:9000" }

func (stuck) List(ctx context.Context, _ string, _ mirror.Cursor) (mirror.Page, error) {
	time.Sleep(time.Hour)
	return mirror.Page{}, ctx.Err()
}

type elsewhere struct{ stuck }

func (elsewhere) Location() string { return "http://elsewhere:9000" }

func TestARequestThatDoesNotEndIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(func(string) string { return "" })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		j := job{name: "mirror offsite", options: mirror.Options{Buckets: []string{"a"}}}
		report, err := p.engine(ctx, slog.New(slog.DiscardHandler), j, stuck{}, elsewhere{})
		if took := time.Since(began); took != time.Minute+p.grace {
			t.Errorf("returned after %s", took)
		}
		if v := p.judge(j, report, err); v.kind != cli.Interrupted {
			t.Errorf("the verdict is %s", v)
		}
		time.Sleep(time.Hour) // lets the request end, as the end of the process does
	})
}
