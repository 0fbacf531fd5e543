package mirror_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// Whatever is wrong with a server, a run either is done and right, or says what is not.
func TestQuirks(t *testing.T) {
	type quirks = quirky.Quirks
	type listing = quirky.Listing
	pages := listing{PageSize: 3}
	for name, c := range map[string]struct {
		src, dst quirks
		want     mirror.Outcome // of the run
		says     string         // in the report, when it is not done
		anomaly  mirror.AnomalyKind
	}{
		"none":       {want: mirror.OutcomeDone},
		"small page": {src: quirks{Listing: pages}, dst: quirks{Listing: pages}, want: mirror.OutcomeDone},

		"source out of order": {
			src: quirks{Listing: listing{Unordered: true}}, want: mirror.OutcomePartial, says: "order",
		},
		"destination out of order": {
			dst: quirks{Listing: listing{Unordered: true}}, want: mirror.OutcomePartial, says: "order",
		},
		"source ends early": {
			src: quirks{Listing: listing{EndsAfter: 4}}, want: mirror.OutcomeDone, anomaly: mirror.AnomalyEarlyEnd,
		},
		"source ends early on a page without keys": {
			src:  quirks{Listing: listing{PageSize: 3, EndsAfter: 5, EndsEmpty: true}},
			want: mirror.OutcomeDone, anomaly: mirror.AnomalyEarlyEnd,
		},
		"destination ends early": {
			dst: quirks{Listing: listing{EndsAfter: 4}}, want: mirror.OutcomeDone, anomaly: mirror.AnomalyEarlyEnd,
		},
		"empty pages":     {src: quirks{Listing: listing{PageSize: 3, EmptyPages: true}}, want: mirror.OutcomeDone},
		"repeated token":  {src: quirks{Listing: listing{PageSize: 3, RepeatsToken: true}}, want: mirror.OutcomePartial, says: "token"},
		"no token":        {src: quirks{Listing: listing{PageSize: 3, NoToken: true}}, want: mirror.OutcomePartial, says: "token"},
		"inclusive start": {src: quirks{Listing: listing{PageSize: 3, Inclusive: true}}, want: mirror.OutcomeDone},
		"a key too many":  {src: quirks{Listing: listing{PageSize: 3, OneMore: true}}, want: mirror.OutcomeDone},
		"ghosts": {
			src:  quirks{Listing: listing{Ghosts: []string{"ghost", "zombie"}}},
			want: mirror.OutcomePartial, says: "ghost",
		},

		"opaque tags at the source":         {src: quirks{ETags: quirky.ETagsOpaque}, want: mirror.OutcomeDone, anomaly: mirror.AnomalyOpaque},
		"opaque tags at the destination":    {dst: quirks{ETags: quirky.ETagsOpaque}, want: mirror.OutcomeDone},
		"upper-case tags at the source":     {src: quirks{ETags: quirky.ETagsUpper}, want: mirror.OutcomeDone},
		"upper-case tags at the dest":       {dst: quirks{ETags: quirky.ETagsUpper}, want: mirror.OutcomeDone},
		"unquoted tags at the source":       {src: quirks{ETags: quirky.ETagsUnquoted}, want: mirror.OutcomeDone},
		"weak tags at the destination":      {dst: quirks{ETags: quirky.ETagsWeak}, want: mirror.OutcomeDone},
		"source gives out no parts":         {src: quirks{Reads: quirky.Reads{NoParts: true}}, want: mirror.OutcomeDone, anomaly: mirror.AnomalyNoParts},
		"HEAD of a part is wrong":           {src: quirks{Reads: quirky.Reads{WrongHeadPart: true}}, want: mirror.OutcomeDone},
		"source ignores If-Match":           {src: quirks{Reads: quirky.Reads{NoConditions: true}}, want: mirror.OutcomeDone},
		"tagging refused":                   {dst: quirks{Writes: quirky.Writes{TaggingRefused: true}}, want: mirror.OutcomePartial, says: "tags"},
		"tags not implemented":              {dst: quirks{Lacks: []string{"ObjectTagging"}, Writes: quirky.Writes{TaggingRefused: true}}, want: mirror.OutcomePartial, says: "tags"},
		"checksums refused":                 {dst: quirks{Writes: quirky.Writes{ChecksumsRefused: true}}, want: mirror.OutcomeDone},
		"one error with status 200":         {dst: quirks{Writes: quirky.Writes{ErrorsIn200: 1}}, want: mirror.OutcomeDone},
		"errors with status 200":            {dst: quirks{Writes: quirky.Writes{ErrorsIn200: 1000}}, want: mirror.OutcomePartial, says: "InternalError"},
		"complete takes effect and is lost": {dst: quirks{Writes: quirky.Writes{LostComplete: true}}, want: mirror.OutcomeDone},
		"slow complete":                     {dst: quirks{Writes: quirky.Writes{SlowComplete: 300 * time.Millisecond}}, want: mirror.OutcomeDone},
		"conditions of writes ignored":      {dst: quirks{Writes: quirky.Writes{NoConditions: true}}, want: mirror.OutcomeDone},
		"digest ignored":                    {dst: quirks{Writes: quirky.Writes{NoDigest: true}}, want: mirror.OutcomeDone},
		"truncated bodies are kept":         {dst: quirks{Writes: quirky.Writes{KeepsTruncated: true, NoDigest: true}}, want: mirror.OutcomeDone},
		"parts too small":                   {dst: quirks{Writes: quirky.Writes{MinPart: 5 << 20}}, want: mirror.OutcomeDone, anomaly: mirror.AnomalyNoParts},
		"keys are normalised":               {dst: quirks{Keys: quirky.Keys{NFC: true}}, want: mirror.OutcomePartial, says: "e\u0301"},
		"keys are paths":                    {dst: quirks{Keys: quirky.Keys{Folders: true}}, want: mirror.OutcomePartial, says: "cannot hold"},
		"keys are short":                    {dst: quirks{Keys: quirky.Keys{Max: 10}}, want: mirror.OutcomePartial, says: "version-hint.text"},
		"times are kept":                    {dst: quirks{KeepsTimes: true}, want: mirror.OutcomeDone},
		"nothing but objects":               {dst: quirks{Lacks: []string{"ListObjectVersions", "BucketVersioning", "BucketPolicy"}}, want: mirror.OutcomeDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, from := station(t, c.src)
			dst, to := station(t, c.dst)
			load(t, src)
			rep, err := mirror.Run(t.Context(), from, to, options())
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(rep)
			if err != nil {
				t.Fatal(err)
			}
			if rep.Outcome() != c.want || !strings.Contains(unescaped(text), c.says) {
				t.Fatalf("outcome is %s, want %s and something with %q: %s", rep.Outcome(), c.want, c.says, text)
			}
			if _, ok := rep.Buckets[0].Anomalies[c.anomaly]; c.anomaly != "" && !ok {
				t.Errorf("anomaly %s is not reported: %v", c.anomaly, rep.Buckets[0].Anomalies)
			}
			whole(t, src, dst, c.want)
			if pending := dst.Uploads(bucket); len(pending) > 0 {
				t.Errorf("uploads are left behind: %q", pending)
			}
		})
	}
}

func unescaped(doc []byte) string {
	return string(bytes.ReplaceAll(doc, []byte(`\u0301`), []byte("\u0301")))
}

// whole demands that each object of the destination has the content of the source, and
// after a run that was done that none is missing.
func whole(t *testing.T, src, dst *quirky.Server, outcome mirror.Outcome) {
	t.Helper()
	want, got := src.Contents(bucket), dst.Contents(bucket)
	if outcome != mirror.OutcomeDone {
		maps.DeleteFunc(want, func(key string, _ quirky.Digest) bool { _, ok := got[key]; return !ok })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("contents (-source +destination):\n%s", diff)
	}
}

// station starts a server and opens it with the driver that ferry uses.
func station(t *testing.T, quirks quirky.Quirks) (*quirky.Server, mirror.Store) {
	t.Helper()
	server := quirky.New(quirky.Config{Quirks: quirks, History: true})
	url, err := server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, err := s3http.Open(s3.Endpoint{URL: url, AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey})
	if err != nil {
		t.Fatal(err)
	}

	return server, store
}

// load fills the source with what servers are known to stumble over.
func load(t *testing.T, server *quirky.Server) {
	t.Helper()
	server.CreateBucket(bucket)
	for i, key := range []string{"a", "a/b", "a b+c", "cafe\u0301", "dir/", "e", "f", "t/_delta_log/1.json", "t/version-hint.text"} {
		content := []byte(fmt.Sprintf("content of %d", i))
		obj := quirky.Object{Parts: [][]byte{content}, Header: http.Header{"X-Amz-Meta-N": {key[:1]}, "Content-Type": {"x/y"}}}
		if key == "e" {
			obj.Tags = map[string]string{"kind": "letter"}
		}
		if err := server.Put(bucket, key, obj); err != nil {
			t.Fatal(err)
		}
	}
	for key, parts := range map[string]int{"large": 3, "larger": 4} {
		obj := quirky.Object{}
		for n := range parts {
			obj.Parts = append(obj.Parts, bytes.Repeat([]byte{byte('a' + n)}, 9000-n))
		}
		if err := server.Put(bucket, key, obj); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Put(bucket, "zero", quirky.Object{Parts: [][]byte{{}}}); err != nil {
		t.Fatal(err)
	}
}

// Known servers, as a source and as a destination. Verify finds a run that was done right,
// and finds the fault of another.
func TestProfiles(t *testing.T) {
	const done, partial = mirror.OutcomeDone, mirror.OutcomePartial
	want := map[string]struct{ src, dst mirror.Outcome }{
		"rustfs-beta7":  {src: partial, dst: partial},
		"rustfs-beta12": {src: partial, dst: partial},
		"rustfs-rc1":    {src: partial, dst: done},
		"seaweedfs":     {src: done, dst: partial},
		"garage":        {src: done, dst: partial},
		"ceph-rgw":      {src: done, dst: done},
		"b2":            {src: done, dst: partial},
		"wasabi":        {src: partial, dst: partial},
		"r2":            {src: done, dst: partial},
		"minio":         {src: done, dst: partial},
	}
	for _, profile := range quirky.Profiles() {
		for _, side := range []string{"source", "destination"} {
			t.Run(profile.Name+" as "+side, func(t *testing.T) {
				t.Parallel()
				var quirks [2]quirky.Quirks
				expect := want[profile.Name].src
				if side == "source" {
					quirks[0] = profile.Quirks
					quirks[0].Keys = quirky.Keys{} // what it cannot hold is not there
				} else {
					quirks[1], expect = profile.Quirks, want[profile.Name].dst
				}
				src, from := station(t, quirks[0])
				dst, to := station(t, quirks[1])
				load(t, src)
				rep, err := mirror.Run(t.Context(), from, to, options())
				if err != nil {
					t.Fatal(err)
				}
				if rep.Outcome() != expect {
					t.Errorf("outcome is %s, want %s: %+v", rep.Outcome(), expect, rep.Buckets)
				}
				whole(t, src, dst, expect)
				opts := options()
				opts.IgnoreExtra = true
				if rep, err = mirror.Verify(t.Context(), from, to, opts); err != nil {
					t.Fatal(err)
				}
				if (rep.Outcome() == done) != (expect == done) {
					t.Errorf("outcome of verify is %s after %s", rep.Outcome(), expect)
				}
			})
		}
	}
}
