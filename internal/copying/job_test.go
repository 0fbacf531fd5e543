package copying

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
type stuck struct {
	mirror.Store
	location string
}

func (s stuck) Location() string { return s.location }

func (s stuck) List(ctx context.Context, _ string, _ mirror.Cursor) (mirror.Page, error) {
	time.Sleep(time.Hour)
	return mirror.Page{}, ctx.Err()
}

func (stuck) Setting(context.Context, string, string) ([]byte, error) {
	return nil, mirror.ErrUnsupported
}

func TestARequestThatDoesNotEndIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		j := Job{Name: "mirror offsite", Options: mirror.Options{Buckets: []string{"a"}}, Patience: 3 * time.Second}
		source, destination := stuck{location: "http://source:9000"}, stuck{location: "http://destination:9000"}
		report, err := Run(ctx, slog.New(slog.DiscardHandler), j, source, destination)
		if took := time.Since(began); took != time.Minute+3*time.Second {
			t.Errorf("returned after %s", took)
		}
		if v := Judge(j, report, err); v.Kind != cli.Interrupted {
			t.Errorf("the verdict is %s", v)
		}
		time.Sleep(time.Hour) // lets the request end, as the end of the process does
	})
}
