package mirror_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

const versioningOn = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"

// inHistory is a world whose source keeps versions.
func inHistory(t *testing.T, src, dst memory.Quirks, f func(w world)) {
	t.Helper()
	inWorld(t, src, dst, func(w world) {
		w.set(w.src, "versioning", versioningOn)
		f(w)
	})
}

func (w world) set(s mirror.Store, name, doc string) {
	w.Helper()
	if err := s.SetSetting(w.Context(), bucket, name, []byte(doc)); err != nil {
		w.Fatal(err)
	}
}

// past writes versions of a key, the oldest first; "-" is a delete marker.
func (w world) past(s mirror.Store, key string, contents ...string) {
	w.Helper()
	for _, content := range contents {
		if content != "-" {
			w.put(s, map[string]string{key: content})
		} else if _, err := s.Put(w.Context(), bucket, key, mirror.PutRequest{Marker: true}); err != nil {
			w.Fatal(err)
		}
	}
}

// all spells all versions of a bucket, the oldest first within a key.
func (w world) all(s mirror.Reader) string {
	w.Helper()
	var shown []string
	for from := (mirror.Cursor{Versions: true}); ; {
		page, err := s.List(w.Context(), bucket, from)
		if err != nil {
			w.Fatal(err)
		}
		for _, e := range page.Entries {
			shown = append(shown, w.spelled(s, e))
		}
		if !page.Truncated {
			break
		}
		from.Token = page.Next
	}
	byKey, keys := map[string]string{}, []string{}
	for _, text := range shown {
		key, content, _ := strings.Cut(text, "=")
		if _, ok := byKey[key]; !ok {
			keys = append(keys, key)
		}
		byKey[key] = " " + content + byKey[key]
	}
	var b strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&b, "%s:%s; ", key, byKey[key])
	}

	return strings.TrimSuffix(b.String(), "; ")
}

func (w world) spelled(s mirror.Reader, e mirror.Entry) string {
	w.Helper()
	if e.Marker {
		return e.Key + "=-"
	}
	_, body, err := s.Get(w.Context(), bucket, e.Key, mirror.Selection{Version: e.Version})
	if err != nil {
		w.Fatal(err)
	}
	defer body.Close()
	content := make([]byte, e.Size)
	if _, err := body.Read(content); err != nil && e.Size > 0 {
		w.Fatal(err)
	}

	return e.Key + "=" + string(content)
}

func historyOptions() mirror.Options {
	opts := options()
	opts.Versions = true

	return opts
}

// Every version and delete marker arrives, in its order, and a second run lists only.
func TestHistory(t *testing.T) {
	inHistory(t, memory.Quirks{PageSize: 2}, memory.Quirks{PageSize: 3}, func(w world) {
		w.past(w.src, "a", "1", "2", "-", "3", "3")
		w.past(w.src, "a//b", "x", "y")
		w.past(w.src, "b", "1", "-")
		w.past(w.src, "c", "1")
		rep := w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("history", w.all(w.dst), "a: 1 2 - 3 3; a//b: x y; b: 1 -; c: 1")
		w.equal("counts", []int64{rep.Totals.Source, rep.Totals.Copied, rep.Totals.Markers, rep.Totals.Equal}, []int64{8, 8, 2, 0})
		w.verify(w.src, w.dst, historyOptions(), mirror.OutcomeDone)

		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep = w.run(src, dst, historyOptions(), mirror.OutcomeDone)
		w.equal("counts of the second run", []int64{rep.Totals.Copied, rep.Totals.Markers, rep.Totals.Equal}, []int64{0, 0, 8})
		for _, method := range []string{"Get", "Stat", "Put"} {
			if n := src.Calls(method) + dst.Calls(method); n > 0 {
				w.Errorf("a run with nothing to do calls %s %d times", method, n)
			}
		}
	})
}

// What the destination has is continued, whatever has become of it and of the source.
func TestHistoryIsContinued(t *testing.T) {
	for name, test := range map[string]struct {
		src, dst []string
		want     string
		extra    int64
	}{
		"nothing there":                   {src: []string{"1", "2"}, want: "k: 1 2"},
		"the beginning is there":          {src: []string{"1", "2", "-", "3"}, dst: []string{"1", "2"}, want: "k: 1 2 - 3"},
		"all is there":                    {src: []string{"1", "1"}, dst: []string{"1", "1"}, want: "k: 1 1"},
		"one of two that are alike":       {src: []string{"1", "1"}, dst: []string{"1"}, want: "k: 1 1"},
		"the source forgot its oldest":    {src: []string{"2", "3"}, dst: []string{"1", "2"}, want: "k: 1 2 3", extra: 1},
		"the source forgot one between":   {src: []string{"1", "3"}, dst: []string{"1", "2", "3"}, want: "k: 1 2 3", extra: 1},
		"only the newest is there":        {src: []string{"1", "2"}, dst: []string{"2"}, want: "k: 2 1 2", extra: 1},
		"something else is on top":        {src: []string{"1"}, dst: []string{"1", "other"}, want: "k: 1 other 1", extra: 2},
		"a marker is on top":              {src: []string{"1"}, dst: []string{"1", "-"}, want: "k: 1 - 1", extra: 1},
		"markers that hide nothing":       {src: []string{"-", "1", "-", "-"}, want: "k: 1 -"},
		"the source has only a marker":    {src: []string{"-"}, dst: []string{"1"}, want: "k: 1", extra: 1},
		"the source is back where it was": {src: []string{"1", "2", "1"}, dst: []string{"1"}, want: "k: 1 2 1"},
	} {
		t.Run(name, func(t *testing.T) {
			inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.make(w.dst)
				w.set(w.dst, "versioning", versioningOn)
				w.past(w.src, "k", test.src...)
				w.past(w.dst, "k", test.dst...)
				rep := w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
				w.equal("history", w.all(w.dst), test.want)
				w.equal("extra", rep.Totals.Extra, test.extra)
				rep = w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
				w.equal("history after a second run", w.all(w.dst), test.want)
				w.equal("copied by a second run", rep.Totals.Copied+rep.Totals.Markers, int64(0))
			})
		})
	}
}

// A destination that keeps no versions is refused before anything is written.
func TestHistoryNeedsVersions(t *testing.T) {
	for name, test := range map[string]struct {
		dst  memory.Quirks
		made bool
		want string
	}{
		"unknown":    {dst: memory.Quirks{NoVersions: true}, made: true, want: "cannot keep versions: "},
		"turned off": {made: true, want: "does not keep versions: turn them on there"},
	} {
		t.Run(name, func(t *testing.T) {
			inHistory(t, memory.Quirks{}, test.dst, func(w world) {
				w.make(w.dst)
				w.past(w.src, "k", "1", "2")
				dst := faulty.New(w.dst, faulty.Faults{})
				rep := w.run(w.src, dst, historyOptions(), mirror.OutcomeRefused)
				w.says(rep.Buckets[0].Refused, test.want)
				w.equal("writes", dst.Calls("Put")+dst.Calls("SetSetting"), 0)
			})
		})
	}
}

// A bucket whose source keeps no versions is mirrored as it is.
func TestHistoryOfAPlainBucket(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1", "b": "2"})
	})
}

// Verify names the versions that are missing, other, and too many.
func TestVerifyHistory(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "a", "1", "2", "3")
		w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.past(w.src, "a", "4", "-")
		w.says(first(w.verify(w.src, w.dst, historyOptions(), mirror.OutcomeDifferences)), "missing: 2 of 5 versions")
		w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.past(w.src, "b", "1")
		w.past(w.dst, "b", "0", "1")
		w.equal("extra", first(w.verify(w.src, w.dst, historyOptions(), mirror.OutcomeDifferences)), "extra: 1 versions")
		opts := historyOptions()
		opts.IgnoreExtra = true
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// A dry run counts versions and markers and writes nothing.
func TestHistoryDryRun(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "a", "1", "-", "2")
		opts := historyOptions()
		opts.DryRun = true
		dst := faulty.New(w.dst, faulty.Faults{})
		rep := w.run(w.src, dst, opts, mirror.OutcomeDone)
		w.equal("planned", []int64{rep.Totals.Planned, rep.Totals.PlannedMarkers}, []int64{2, 1})
		w.equal("writes", dst.Calls("Put")+dst.Calls("CreateBucket")+dst.Calls("SetSetting"), 0)
	})
}

// A write of which nobody knows whether it arrived is looked for: not repeated when it did,
// and repeated when it did not, though the version before it is the same.
func TestHistoryDuplicatesNothing(t *testing.T) {
	for name, faults := range map[string]faulty.Faults{
		"arrived":          {After: faulty.Times(3, "Put", mirror.ErrTemporary)},
		"did not arrive":   {Before: nth(2, "Put", mirror.ErrTemporary)},
		"a marker did not": {Before: nth(3, "Put", mirror.ErrTemporary)},
	} {
		t.Run(name, func(t *testing.T) {
			inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.past(w.src, "k", "1", "1", "-", "1")
				w.run(w.src, faulty.New(w.dst, faults), historyOptions(), mirror.OutcomeDone)
				w.equal("history", w.all(w.dst), "k: 1 1 - 1")
			})
		})
	}
}

// nth fails the nth call of a method.
func nth(n int, method string, err error) func(faulty.Call) error {
	return func(call faulty.Call) error {
		if call.Method != method {
			return nil
		}
		if n--; n != 0 {
			return nil
		}

		return err
	}
}

// A run that ends anywhere leaves a history that the next one continues.
func TestHistoryIsResumed(t *testing.T) {
	for n := range 4 {
		inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
			w.past(w.src, "k", "1", "2", "-", "1")
			puts := 0
			dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
				if call.Method == "Put" {
					puts++
				}
				if puts > n {
					return errDenied
				}

				return nil
			}})
			w.run(w.src, dst, historyOptions(), mirror.OutcomePartial)
			w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
			w.equal("history", w.all(w.dst), "k: 1 2 - 1")
		})
	}
}

// Versions of which the ETags prove nothing are read, and are not written twice.
func TestHistoryWithOpaqueTags(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.past(w.src, "k", "1", "2", "3")
		rep := w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofReadBack: 3})
		rep = w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("proofs of a second run", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofContent: 3})
		w.equal("history", w.all(w.dst), "k: 1 2 3")
	})
}

// Ids are kept by a destination that can, and times as far as they keep the order.
func TestHistoryKeepsIDs(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{KeepsIDs: true}, func(w world) {
		w.past(w.src, "other", "0")
		w.past(w.src, "k", "1", "2", "-", "3")
		time.Sleep(2 * time.Hour)
		w.past(w.src, "k", "4")
		w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
		src, dst := w.versions(w.src), w.versions(w.dst)
		for i := range src {
			marker, behind := src[i].Marker, i < 2 // the newest stand first
			if len(dst) != len(src) || !marker && src[i].Version != dst[i].Version {
				w.Fatalf("destination has %v, source %v", dst, src)
			}
			if kept := src[i].Modified.Equal(dst[i].Modified); kept == (marker || behind) {
				w.Errorf("version %d of %q: time kept: %v", i, src[i].Key, kept)
			}
		}
		w.equal("history", w.all(w.dst), "k: 1 2 - 3 4; other: 0")
	})
}

func (w world) versions(s mirror.Reader) []mirror.Entry {
	w.Helper()
	page, err := s.List(w.Context(), bucket, mirror.Cursor{Versions: true})
	if err != nil || page.Truncated {
		w.Fatal(err, page.Truncated)
	}

	return page.Entries
}

// A store that orders versions by their times gets them in their order all the same.
func TestHistoryStaysInOrder(t *testing.T) {
	for name, test := range map[string]struct {
		there, src []string
		want       string
	}{
		"another one on top": {there: []string{"other"}, src: []string{"1", "2"}, want: "k: other 1 2"},
		"a marker between":   {src: []string{"1", "-", "2"}, want: "k: 1 - 2"},
		"a marker on top":    {src: []string{"1", "2", "-"}, want: "k: 1 2 -"},
	} {
		t.Run(name, func(t *testing.T) {
			inHistory(t, memory.Quirks{}, memory.Quirks{ByTime: true}, func(w world) {
				w.past(w.src, "k", test.src...)
				w.make(w.dst)
				w.set(w.dst, "versioning", versioningOn)
				w.past(w.dst, "k", test.there...)
				time.Sleep(2 * time.Hour)
				for range 2 {
					w.run(w.src, w.dst, historyOptions(), mirror.OutcomeDone)
					w.equal("history", w.all(w.dst), test.want)
				}
			})
		})
	}
}

// What is below Ferry's own prefix is no part of a history.
func TestHistoryLeavesStateAlone(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "ferry/x", "1", "2")
		w.past(w.src, "k", "1")
		opts := historyOptions()
		opts.StateBucket, opts.StatePrefix = bucket, "ferry"
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("history", w.all(w.dst), "k: 1")
		w.equal("source", rep.Totals.Source, int64(1))
	})
}
