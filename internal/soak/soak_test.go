package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

// A sample of what make soak does.
func TestSample(t *testing.T) {
	testworld.Wide(t, "TestKilledAnywhere of the journal")
	var log bytes.Buffer
	res, err := soak(t.Context(), &log, options{seed: 1, accidents: 16, kills: 14})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if res.Outcomes[string(mirror.OutcomeDone)] == 0 {
		t.Errorf("no run was done: %v", res.Outcomes)
	}
	for _, at := range phases {
		if res.Kills[at] != 2 {
			t.Errorf("killed %d times during %s, want 2", res.Kills[at], at)
		}
	}
	if len(res.Killed) != 14 || len(res.Quirks) < 5 {
		t.Errorf("killed %v, quirks %v", res.Killed, res.Quirks)
	}
	t.Log(res)
}

// The committed results are of all trials, and the page tells of them.
func TestCommittedResults(t *testing.T) {
	folder := filepath.Join("..", "..", "docs")
	doc, err := os.ReadFile(filepath.Join(folder, "results", "soak.json"))
	if err != nil {
		t.Fatal(err)
	}
	var res results
	if err := json.Unmarshal(doc, &res); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "soak.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != res.page() {
		t.Error("docs/soak.md is not what the results say: make soak")
	}
	total := 0
	for _, at := range phases {
		total += res.Kills[at]
		if res.Kills[at] < 5 {
			t.Errorf("killed %d times during %s", res.Kills[at], at)
		}
	}
	if total < 200 || res.Accidents < 200 {
		t.Errorf("%d kills and %d trials with accidents", total, res.Accidents)
	}
}

// The suites see what they are there to see.
func TestChecks(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(w *world) error
		check func(w *world) error
	}{
		"torn": {
			func(w *world) error { return w.dst.Put(bucket, w.lasting[0], w.object("torn", 1)) }, (*world).whole,
		},
		"deleted": {
			func(w *world) error { return w.dst.Delete(bucket, "equal/000") }, (*world).whole,
		},
		"not in the trash": {
			func(w *world) error { return w.dst.Delete(bucket, "both/0") }, (*world).whole,
		},
		"missing": {
			func(w *world) error { return w.dst.Delete(bucket, "equal/000") }, (*world).complete,
		},
		"not equal": {
			func(w *world) error { return w.dst.Delete(bucket, "equal/000") }, (*world).equal,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := peace(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.check(w); err != nil {
				t.Fatalf("without harm: %v", err)
			}
			if err := c.harm(w); err != nil {
				t.Fatal(err)
			}
			if c.check(w) == nil {
				t.Error("the harm is not seen")
			}
		})
	}
}

// peace is a world after a mirror without accidents, with one more object on both sides.
func peace(ctx context.Context) (*world, error) {
	w, err := newWorld(ctx, 1, quirky.Config{}, quirky.Config{}, true)
	if err == nil {
		_, err = mirror.Run(ctx, w.from, w.to, w.options(true))
	}
	if err != nil {
		return nil, err
	}
	obj := w.object("both/0", 1)
	err = errors.Join(w.src.Put(bucket, "both/0", obj), w.dst.Put(bucket, "both/0", obj))
	w.before["both/0"] = w.dst.Objects(bucket)["both/0"]

	return w, err
}
