package mirror_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A copy costs one read and one write. The first copies also cost a look at what
// became of their attributes, and one of them a write that has to be refused.
func TestCopyCostsOneReadAndOneWrite(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		objects := map[string]string{}
		for n := range 100 {
			objects[fmt.Sprintf("k%02d", n)] = "content"
		}
		w.put(w.src, objects)
		opts := options()
		opts.Concurrency = 1
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		w.run(src, dst, opts, mirror.OutcomeDone)
		w.equal("reads", src.Calls("Get"), 101)
		w.equal("writes", dst.Calls("Put"), 101)
		w.equal("looks", src.Calls("Stat")+dst.Calls("Stat")+src.Calls("Tags")+dst.Calls("Tags"), 1)
	})
}

// Where the destination is known to refuse what does not have its digest, that is
// relied upon: what was damaged on the way is refused, digested here the next time,
// and copied.
func TestDigestsAreChecked(t *testing.T) {
	for name, ignored := range map[string]bool{"checked": false, "ignored": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				for n := range 40 {
					w.put(w.src, map[string]string{fmt.Sprintf("k%02d", n): "content"})
				}
				opts := options()
				opts.Concurrency = 1
				dst := &counting{Store: w.dst, ignores: ignored}
				src := faulty.New(w.src, faulty.Faults{Object: spoilOnce("k30")})
				rep := w.run(src, dst, opts, mirror.OutcomeDone)
				w.equal("retries", rep.Totals.Retries, int64(1))
				w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
				w.equal("damaged objects that became visible", dst.damaged, 0)
			})
		})
	}
}

// counting is a store that may take whatever digest it is told, and counts what it
// holds that is not content.
type counting struct {
	mirror.Store

	ignores bool
	damaged int
}

func (c *counting) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if c.ignores {
		content, err := io.ReadAll(req.Body)
		if err != nil {
			return "", err
		}
		req.Body, req.MD5 = bytes.NewReader(content), md5.Sum(content)
	}
	etag, err := c.Store.Put(ctx, bucket, key, req)
	if err == nil && etag != mirror.ETag(fmt.Sprintf("%x", md5.Sum([]byte("content")))) {
		c.damaged++
	}

	return etag, err
}

// What one opaque object has taught is used for the next, and forgotten when it is
// wrong.
func TestOpaqueIsLearned(t *testing.T) {
	inWorld(t, memory.Quirks{OpaqueETags: true}, memory.Quirks{}, func(w world) {
		for n := range 10 {
			w.put(w.src, map[string]string{fmt.Sprintf("k%02d", n): "content", fmt.Sprintf("l%02d", n): strings.Repeat("x", 100_000)})
		}
		opts := options()
		opts.Concurrency = 1
		src := faulty.New(w.src, faulty.Faults{})
		rep := w.run(src, w.dst, opts, mirror.OutcomeDone)
		w.equal("retries", rep.Totals.Retries, int64(1))
		w.equal("reads", src.Calls("Get"), 22)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofReadBack: 20})
	})
}

// Times are kept where the destination can; it is asked without them where it
// refuses.
func TestTimesAreKept(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.parts(w.src, "b", "1", "2")
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		for _, key := range []string{"a", "b"} {
			w.equal("time of "+key, w.stat(w.dst, key).Modified, w.stat(w.src, key).Modified)
		}
	})
	inWorld(t, memory.Quirks{}, memory.Quirks{NoFiling: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		w.parts(w.src, "c", "1", "2")
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("note", rep.Buckets[0].Anomalies[mirror.AnomalyUnfiled].Total > 0, true)
		w.equal("retries", rep.Totals.Retries, int64(0))
	})
}

// spoilOnce damages the first read of a key.
func spoilOnce(key string) reading {
	spoiled := false

	return func(call faulty.Call, obj mirror.Object, body io.ReadCloser) (mirror.Object, io.ReadCloser) {
		if call.Key != key || spoiled {
			return obj, body
		}
		spoiled = true

		return obj, faulty.Damage(body)
	}
}
