package cutover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/provider"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/state"
)

// maxBehind is how many objects may be left behind: each of them is known by its key.
const maxBehind = 10_000

// behind are objects that one store has and the other cannot hold beside others: the keys, as differences
// spell them, of each bucket.
type behind map[string]map[string]bool

// add takes an object in, unless there are too many.
func (b *behind) add(bucket, key string) {
	if b.total() == maxBehind {
		return
	}
	if *b == nil {
		*b = behind{}
	}
	if (*b)[bucket] == nil {
		(*b)[bucket] = map[string]bool{}
	}
	(*b)[bucket][key] = true
}

func (b behind) has(bucket, key string) bool { return b[bucket][key] }

// holds is has for a key as stores have it.
func (b behind) holds(bucket, key string) bool {
	if len(b) == 0 {
		return false
	}
	if !utf8.ValidString(key) {
		key = strconv.Quote(key)
	}
	return b.has(bucket, key)
}

func (b behind) total() int {
	n := 0
	for _, keys := range b {
		n += len(keys)
	}
	return n
}

// found names them in their order.
func (b behind) found() Found {
	var f Found
	for _, bucket := range slices.Sorted(maps.Keys(b)) {
		for _, key := range slices.Sorted(maps.Keys(b[bucket])) {
			f.add(bucket + "/" + key)
		}
	}
	return f
}

// except names what a record leaves out and one store alone has.
func except(b record.Behind, on string) string {
	if b.Total == 0 || b.On != on {
		return ""
	}
	return fmt.Sprintf(" but those that it cannot hold beside others, as spec.migration.accept says, and that stay on %s alone: %s",
		b.On, Found{Total: b.Total, First: b.First})
}

// nestedKeys finds objects of the source that a target cannot hold beside others that lie in them as in a
// folder, where the registry says that it cannot and the configuration does not accept that.
func (w World) nestedKeys(ctx context.Context, t transfer, lacks []string) ([]Problem, error) {
	if !slices.Contains(lacks, provider.NestedKeys) || slices.Contains(w.Config.Spec.Migration.Accept, provider.NestedKeys) {
		return nil, nil
	}
	var problems []Problem
	for _, bucket := range t.buckets {
		var inside Found
		var around []string // keys with which the one that the listing has come to begins
		for e, err := range listing(ctx, t.src, bucket) {
			if err != nil {
				return nil, err
			}
			for len(around) > 0 && !strings.HasPrefix(e.Key, around[len(around)-1]) {
				around = around[:len(around)-1]
			}
			if slices.ContainsFunc(around, func(key string) bool { return e.Key[len(key)] == '/' && !strings.HasSuffix(key, "/") }) {
				inside.add(e.Key)
			}
			around = append(around, strings.Clone(e.Key))
		}
		if inside.Total > 0 {
			problems = append(problems, Problem{
				"bucket " + bucket, fmt.Sprintf("holds objects inside of others, and %s cannot hold both: %s", t.To, inside),
				fmt.Sprintf("name %s in spec.migration.accept if one of each may be left behind, or rename them", provider.NestedKeys),
			})
		}
	}
	return problems, nil
}

const behindPrefix = "cutover-behind/"

// behindItem is where the objects of a bucket are kept that a proof leaves out.
func behindItem(proof, bucket string) string {
	return behindPrefix + state.Segment(proof) + "/" + state.Segment(bucket)
}

// keep writes them, one JSON string on each line, and removes those of earlier proofs.
func (b behind) keep(ctx context.Context, place state.Place, proof string) error {
	for bucket, keys := range b {
		var text []byte
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			line, err := json.Marshal(key)
			if err != nil {
				return fmt.Errorf("write a key: %w", err)
			}
			text = append(append(text, line...), '\n')
		}
		if _, err := place.Put(ctx, behindItem(proof, bucket), text, state.Condition{}); err != nil {
			return fmt.Errorf("keep which keys of bucket %q were left behind: %w", bucket, err)
		}
	}
	return forgetOthers(ctx, place, behindPrefix, proof)
}

// readSpared returns the objects that are on the store that was moved to alone, and were so before.
func readSpared(ctx context.Context, to mirror.Store, r *record.Record) (behind, error) {
	if r == nil || r.Behind.On != r.To {
		return nil, nil
	}
	return readBehind(ctx, to, r)
}

// readBehind returns what a record leaves out, as the store knows it that it was moved to.
func readBehind(ctx context.Context, to mirror.Store, r *record.Record) (behind, error) {
	if r == nil || r.Behind.Total == 0 {
		return nil, nil
	}
	var all behind
	place := mirror.StateIn(to, mirror.DefaultStateBucket, "")
	for _, bucket := range slices.Sorted(maps.Keys(r.Marks.Source)) {
		text, _, err := place.Get(ctx, behindItem(r.ReportDigest, bucket))
		if errors.Is(err, state.ErrAbsent) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read which keys of bucket %q were left behind: %w", bucket, err)
		}
		for line := range bytes.Lines(text) {
			var key string
			if err := json.Unmarshal(line, &key); err != nil {
				return nil, fmt.Errorf("read which keys of bucket %q were left behind: %w", bucket, err)
			}
			all.add(bucket, key)
		}
	}
	if all.total() != r.Behind.Total {
		return nil, refuse("%d of the %d objects that are on %s alone are still known: bucket %s of %s, which named them, was changed: "+
			"go the other way by hand", all.total(), r.Behind.Total, r.Behind.On, mirror.DefaultStateBucket, r.To)
	}
	return all, nil
}

// forgetOthers removes what belongs to other proofs.
func forgetOthers(ctx context.Context, place state.Place, prefix, proof string) error {
	items, err := place.List(ctx, prefix)
	for _, item := range items {
		if err == nil && !strings.HasPrefix(item.Name, prefix+state.Segment(proof)+"/") {
			err = place.Remove(ctx, item.Name)
		}
	}
	if err != nil {
		return fmt.Errorf("remove what belongs to earlier proofs: %w", err)
	}
	return nil
}
