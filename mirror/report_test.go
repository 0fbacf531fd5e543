package mirror_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

func TestOutcome(t *testing.T) {
	differs := mirror.Bounded[mirror.Difference]{Total: 1}
	tests := map[string]struct {
		rep  mirror.Report
		want mirror.Outcome
	}{
		"done":                 {mirror.Report{Complete: true}, mirror.OutcomeDone},
		"incomplete":           {mirror.Report{}, mirror.OutcomePartial},
		"refused":              {mirror.Report{Refused: "why"}, mirror.OutcomeRefused},
		"bucket refused":       {mirror.Report{Complete: true, Buckets: []mirror.BucketReport{{}, {Refused: "why"}}}, mirror.OutcomeRefused},
		"verify finds":         {mirror.Report{Kind: "verify", Complete: true, Buckets: []mirror.BucketReport{{Differences: differs}}}, mirror.OutcomeDifferences},
		"verify incomplete":    {mirror.Report{Kind: "verify", Buckets: []mirror.BucketReport{{Differences: differs}}}, mirror.OutcomePartial},
		"mirror leaves behind": {mirror.Report{Kind: "mirror", Complete: true, Buckets: []mirror.BucketReport{{Differences: differs}}}, mirror.OutcomePartial},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.rep.Outcome(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Every count of the buckets is in the totals.
func TestTotals(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "12"})
		if err := w.src.CreateBucket(w.Context(), "second", mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		rep := w.run(w.src, w.dst, mirror.Options{Buckets: []string{bucket, "second"}, CreateBuckets: true}, mirror.OutcomeDone)
		rep.Totals.Pages = 0
		w.equal("totals", rep.Totals, mirror.Counts{Source: 1, SourceBytes: 2, Copied: 1, CopiedBytes: 2})
	})
	var sum mirror.Counts
	one := mirror.Counts{}
	for i := range reflect.TypeFor[mirror.Counts]().NumField() {
		reflect.ValueOf(&one).Elem().Field(i).SetInt(int64(i + 1))
	}
	mirror.AddCounts(&sum, one)
	if sum != one {
		t.Errorf("adding %+v to nothing gives %+v", one, sum)
	}
}

// The JSON of a report is part of the API.
func TestReportJSON(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{NoTags: true}, func(w world) {
		w.write(w.src, "k", "content", rich)
		w.put(w.src, map[string]string{"\xff": "not text"})
		rep := w.run(w.src, w.dst, options(), mirror.OutcomePartial)
		rep.Seconds, rep.Buckets[0].Seconds = 1.5, 1
		rep.Totals.Pages, rep.Buckets[0].Pages = 9, 9
		text, err := json.Marshal(rep)
		if err != nil {
			w.Fatal(err)
		}
		w.equal("JSON", string(text), `{"kind":"mirror","source":"mem://source:1","destination":"mem://destination:1",`+
			`"started":"2000-01-01T00:00:02Z","seconds":1.5,"complete":true,`+
			`"totals":{"source":2,"sourceBytes":15,"destination":0,"destinationBytes":0,"equal":0,"copied":2,"copiedBytes":15,`+
			`"replaced":0,"extra":0,"pages":9},"buckets":[{"bucket":"cargo","created":true,"complete":true,"seconds":1,`+
			`"sourceDigest":"`+rep.Buckets[0].SourceDigest+`",`+
			`"source":2,"sourceBytes":15,"destination":0,"destinationBytes":0,"equal":0,"copied":2,"copiedBytes":15,`+
			`"replaced":0,"extra":0,"pages":9,"proofs":{"md5":2},`+
			`"differences":{"total":1,"first":[{"key":"k","kind":"metadata","detail":"the destination does not keep tags","names":["tags"]}]},`+
			`"errors":{"total":0}}],`+
			`"abilities":{"source":{"object-lock":false,"versions":false},"destination":{}}}`)
		rep = w.verify(w.src, memory.New("mem://empty:1", memory.Quirks{}), options(), mirror.OutcomeDifferences)
		w.equal("key that is not text", rep.Buckets[0].Differences.First[2].Key, `"\xff"`)
	})
}

// Equal listings have equal digests, and no others have.
func TestSourceDigest(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		digest := func() string {
			return w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences).Buckets[0].SourceDigest
		}
		seen := []string{digest()}
		w.equal("again", digest(), seen[0])
		for _, object := range []map[string]string{{"a": "1"}, {"a": "2"}, {"a\x001": ""}, {"b": "1"}} {
			w.put(w.src, object)
			if d := digest(); slices.Contains(seen, d) {
				w.Errorf("%v has the digest of another listing", object)
			} else {
				seen = append(seen, d)
			}
		}
	})
}

// The digest does not depend on the order in which a listing is read, and anybody can
// compute it.
func TestSourceDigestIsASum(t *testing.T) {
	var keys []string
	sum := new(big.Int)
	for n := range 3000 {
		key := fmt.Sprintf("%05d", n)
		keys = append(keys, key)
		row := binary.BigEndian.AppendUint64(nil, uint64(len(key)))
		row = append(binary.BigEndian.AppendUint64(append(row, key...), 0), 'e')
		one := sha256.Sum256(row)
		sum.Add(sum, new(big.Int).SetBytes(one[:]))
	}
	want := fmt.Sprintf("%064x", sum.Mod(sum, new(big.Int).Lsh(big.NewInt(1), 256)))
	for _, size := range []int{7, 100, 1000} {
		rep, err := mirror.Verify(t.Context(), newShelf("a", size, keys), newShelf("b", size, keys),
			mirror.Options{Buckets: []string{bucket}, IgnoreMetadata: true})
		if err != nil || rep.Outcome() != mirror.OutcomeDone {
			t.Fatalf("%v, %+v", err, rep)
		}
		if got := rep.Buckets[0].SourceDigest; got != want {
			t.Errorf("pages of %d: got %s, want %s", size, got, want)
		}
	}
}

// Events stand for all objects, those that the listings settle many together.
func TestProgressCountsAll(t *testing.T) {
	var keys []string
	for n := range 3000 {
		keys = append(keys, fmt.Sprintf("%05d", n))
	}
	var events, objects int64
	_, err := mirror.Verify(t.Context(), newShelf("a", 1000, keys), newShelf("b", 1000, keys), mirror.Options{
		Buckets: []string{bucket}, IgnoreMetadata: true,
		Progress: func(e mirror.Event) {
			if events++; e.Kind == mirror.EventEqual {
				objects += e.Objects
			}
		},
	})
	if err != nil || objects != 3000 || events > 100 {
		t.Errorf("%d events stand for %d objects, error %v", events, objects, err)
	}
}

// Events tell the story of a run, one at a time.
func TestProgress(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"alike": "1", "new": "22", "odd//key": "333"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"alike": "1", "extra": "4444"})
		var story []string
		opts := removing(100)
		opts.Concurrency = 1
		opts.Progress = func(e mirror.Event) {
			if e.Kind != mirror.EventPhase {
				story = append(story, fmt.Sprintf("%s %s %d", e.Kind, e.Key, e.Bytes))
			}
		}
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("events", story, []string{"abilities  0", "bucket  0", "equal alike 1", "copied new 2", "copied odd//key 3", "trashed extra 4", "removed extra 4"})
		time.Sleep(time.Second)
	})
}
