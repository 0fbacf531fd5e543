package cutover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/mirror"
)

// Bounds of what comes before the consumers are brought back.
const (
	followTime = time.Minute // for the nodes to follow the alias
	againTime  = time.Minute // for consumers to stop once more
)

// follow makes sure that consumers come back on the store that the alias selects now. A manifest is applied at once,
// and nodes follow its alias when they come to it: who connects before that reaches the store that was left, and
// Helm starts what the manifest gives replicas without waiting. Where the alias was still behind, what runs already is
// stopped once more, so that no connection is left, and what it has written is copied: that is the answer.
func (w World) follow(ctx context.Context, s hooks.Situation, j *Journal, m Move, r *record.Record) (Found, error) {
	if err := w.begin(ctx, StepFollow); err != nil {
		return Found{}, err
	}
	behind, err := w.awaitAlias(ctx, s, m, r)
	if err != nil || !behind || j == nil {
		return Found{}, err
	}
	if err := w.stopAgain(ctx, s, j); err != nil {
		w.Log.Warn("what was started before the alias was followed is not stopped again", "error", err)
		return Found{}, nil
	}
	src, dst, err := w.both(ctx, m.From, m.To)
	if err != nil {
		return Found{}, err
	}
	late, err := w.latePass(ctx, src, dst, r, w.refills(m))
	return late.Copied, err
}

// awaitAlias waits until the alias leads to the store that the objects were moved to, as seen from here, and tells
// whether it did not at once. It knows the store by what the proof has left on it alone.
func (w World) awaitAlias(ctx context.Context, s hooks.Situation, m Move, r *record.Record) (behind bool, err error) {
	item := ofProof(r, m)
	if w.Through == nil || item == "" || s.Next.Release == nil {
		return false, nil
	}
	if p := s.Next.Release.Provider(m.To); p == nil || p.External() {
		return false, nil
	}
	dst, err := w.store(ctx, m.To)
	if err != nil {
		return false, err
	}
	if has(ctx, dst, item) != nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, followTime)
	defer cancel()
	for ; ; behind = true {
		led, err := w.Through(ctx, m.To)
		if err != nil {
			return behind, fmt.Errorf("open the store behind Service/%s: %w", m.Alias, err)
		}
		if led == nil {
			return false, nil
		}
		err = has(ctx, led, item)
		if unnamed, is := errors.AsType[*net.DNSError](err); err == nil || is && unnamed.IsNotFound { // nobody connects by that name
			return behind, nil
		}
		w.Log.Info("waiting for the alias to lead to the new store", "alias", m.Alias, "store", m.To)
		if w.pause(ctx) != nil {
			w.Log.Warn("the alias does not lead to the new store from here, and consumers come back all the same", "alias", m.Alias, "store", m.To)
			return true, nil
		}
	}
}

// ofProof names something that a proof has left on its target alone, "" if there is nothing.
func ofProof(r *record.Record, m Move) string {
	if r == nil || r.From != m.From || r.To != m.To || r.Revision != m.Revision || len(r.Marks.Source) == 0 {
		return ""
	}
	return keysItem(r.ReportDigest, slices.Min(slices.Collect(maps.Keys(r.Marks.Source))))
}

// has is nil if a store is known to have an item of Ferry's own.
func has(ctx context.Context, store mirror.Store, item string) error {
	_, _, err := mirror.StateIn(store, mirror.DefaultStateBucket, "").Get(ctx, item)
	return err
}

// stopAgain stops those of a journal that run, and waits until nothing of them does. They come back with the
// replicas that they had now.
func (w World) stopAgain(ctx context.Context, s hooks.Situation, j *Journal) error {
	var again []Stopped
	for i, was := range j.Stopped {
		now, err := w.live(ctx, was.Kind, was.Name)
		if err != nil {
			return err
		}
		if now != nil && now.UID == was.UID && now.Replicas != 0 {
			j.Stopped[i].Replicas = now.Replicas
			again = append(again, *now)
		}
	}
	if len(again) == 0 {
		return nil
	}
	if err := j.write(ctx, w.Client, w.name()); err != nil {
		return err
	}
	for _, a := range again {
		w.Log.Info("stopping again", "kind", a.Kind, "name", a.Name, "replicas", a.Replicas)
		if err := w.scale(ctx, a.Kind, a.Name, a.Replicas, 0); err != nil {
			return err
		}
	}
	consumers := slices.DeleteFunc(consumersOf(s), func(c Consumer) bool {
		return !slices.ContainsFunc(again, func(a Stopped) bool { return a.Kind == c.Kind && a.Name == c.Name })
	})
	ctx, cancel := context.WithTimeout(ctx, againTime)
	defer cancel()
	return w.awaitStopped(ctx, consumers)
}
