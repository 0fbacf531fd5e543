package mirror_test

import (
	"crypto/md5"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// Between real servers a history with delete markers and locks arrives, with what is held
// of the settings; a second run only lists.
func TestRealHistory(t *testing.T) {
	minio, versity, second := testworld.StartMinIO(t), testworld.StartVersityGW(t), testworld.StartMinIO(t)
	for name, test := range map[string]struct {
		src, dst testworld.S3
		bucket   string
		forgets  bool // locks of a bucket's default, and of versions that are not the newest
		ids      bool // of versions stay as they are
		settings map[string]mirror.SettingOutcome
	}{
		"MinIO to MinIO": {minio, second, "history-a", false, true, map[string]mirror.SettingOutcome{
			"versioning": "same", "tagging": "copied", "policy": "copied", "lifecycle": "copied", "object-lock": "copied",
		}},
		"MinIO to versitygw": {minio, versity, "history-b", true, false, map[string]mirror.SettingOutcome{
			"versioning": "same", "tagging": "copied", "policy": "copied", "lifecycle": "unsupported", "object-lock": "copied",
		}},
		"versitygw to MinIO": {versity, second, "history-c", true, false, map[string]mirror.SettingOutcome{
			"versioning": "same", "tagging": "copied", "policy": "copied", "object-lock": "copied",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := realHistory{T: t, src: open(t, test.src), dst: open(t, test.dst), bucket: test.bucket, forgets: test.forgets, ids: test.ids}
			h.fill()
			opts := mirror.Options{Buckets: []string{h.bucket}, CreateBuckets: true, Versions: true, Settings: true}
			rep := h.run(opts)
			if diff := cmp.Diff(test.settings, outcomes(rep)); diff != "" {
				t.Errorf("settings (-want +got):\n%s\n%+v", diff, rep.Buckets[0].Settings)
			}
			want, got := h.spelled(h.src), h.spelled(h.dst)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("history (-source +destination):\n%s", diff)
			}
			rep = h.run(opts)
			if rep.Totals.Copied+rep.Totals.Markers > 0 || rep.Totals.Equal != rep.Totals.Source {
				t.Errorf("a second run: %+v", rep.Totals)
			}
			h.more()
			h.run(opts)
			if diff := cmp.Diff(h.spelled(h.src), h.spelled(h.dst)); diff != "" {
				t.Errorf("history after more of it (-source +destination):\n%s", diff)
			}
			opts.Settings, opts.IgnoreMetadata = false, test.forgets
			verified, err := mirror.Verify(t.Context(), h.src, h.dst, opts)
			if err != nil || verified.Outcome() != mirror.OutcomeDone {
				t.Errorf("verify: %v, %+v", err, verified)
			}
		})
	}
}

var plain = mirror.Attributes{
	Headers: map[string]string{"content-type": "text/csv"}, Metadata: map[string]string{"city": "Kiel"}, Tags: rich.Tags,
}

// open reaches a server with the driver of the commands.
func open(t *testing.T, server testworld.S3) mirror.Store {
	t.Helper()
	store, err := s3http.Open(s3.Endpoint{
		URL: server.Endpoint, Region: server.Region, AccessKey: server.AccessKey, SecretKey: s3.Secret(server.SecretKey),
	})
	if err != nil {
		t.Fatal(err)
	}

	return store
}

type realHistory struct {
	*testing.T
	src, dst mirror.Store
	bucket   string
	forgets  bool
	ids      bool
}

func (h *realHistory) put(key, content string, attrs mirror.Attributes) {
	h.Helper()
	req := mirror.PutRequest{
		Body: iotest.HalfReader(strings.NewReader(content)), Size: int64(len(content)), MD5: md5.Sum([]byte(content)),
		Attributes: attrs, Marker: content == "-",
	}
	if _, err := h.src.Put(h.Context(), h.bucket, key, req); err != nil {
		h.Fatal(err)
	}
}

// fill gives the source a bucket with object lock, settings, versions and markers.
func (h *realHistory) fill() {
	h.Helper()
	if err := h.src.CreateBucket(h.Context(), h.bucket, mirror.BucketRequest{Lock: true}); err != nil {
		h.Fatal(err)
	}
	policy := strings.Replace(policyDoc, `"s3:GetObject"`, `"s3:GetObject","Resource":"arn:aws:s3:::`+h.bucket+`/*"`, 1)
	lifecycle := "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter>" +
		"<Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>"
	for name, doc := range map[string]string{
		"tagging": tagsDoc, "policy": policy, "lifecycle": lifecycle, "object-lock": retentionDoc,
	} {
		if err := h.src.SetSetting(h.Context(), h.bucket, name, []byte(doc)); err != nil && name != "lifecycle" {
			h.Fatal(err)
		}
	}
	for _, content := range []string{"1", "22", "-", "4444", "4444"} {
		h.put("dir/a b+c", content, plain)
	}
	h.put("dir/gone", "content", mirror.Attributes{})
	h.put("dir/gone", "-", mirror.Attributes{})
	h.put("held", "content", mirror.Attributes{Lock: map[string]string{
		mirror.LockMode: "GOVERNANCE", mirror.LockUntil: time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339), mirror.LockHold: "ON",
	}})
	up, err := h.src.Upload(h.Context(), h.bucket, "parts", mirror.UploadRequest{Attributes: plain})
	if err != nil {
		h.Fatal(err)
	}
	for i, size := range []int{5 << 20, 1} {
		if _, err := up.Part(h.Context(), i+1, strings.NewReader(strings.Repeat("y", size)), int64(size)); err != nil {
			h.Fatal(err)
		}
	}
	if _, err := up.Complete(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func (h *realHistory) more() {
	h.put("dir/gone", "again", mirror.Attributes{})
	h.put("parts", "-", mirror.Attributes{})
	h.put("parts", "small", mirror.Attributes{})
}

func (h *realHistory) run(opts mirror.Options) mirror.Report {
	h.Helper()
	rep, err := mirror.Run(h.Context(), h.src, h.dst, opts)
	if err != nil || !rep.Complete {
		h.Fatalf("%v, %+v", err, rep)
	}
	for _, d := range rep.Buckets[0].Differences.First {
		if d.Kind != mirror.DiffSetting {
			h.Errorf("difference: %+v", d)
		}
	}

	return rep
}

// spelled describes all versions and the locks of a store.
func (h *realHistory) spelled(store mirror.Store) []string {
	h.Helper()
	page, err := store.List(h.Context(), h.bucket, mirror.Cursor{Versions: true})
	if err != nil || page.Truncated {
		h.Fatal(err, page.Truncated)
	}
	shown := []string{}
	for _, e := range page.Entries {
		if e.Marker {
			shown = append(shown, e.Key+" marker")

			continue
		}
		obj, body, err := store.Get(h.Context(), h.bucket, e.Key, mirror.Selection{Version: e.Version, Describe: true})
		if err != nil {
			h.Fatal(err)
		}
		body.Close()
		if h.forgets && e.Key != "held" {
			obj.Lock = nil
		}
		until, _, _ := strings.Cut(obj.Lock[mirror.LockUntil], "T")
		if !h.ids {
			e.Version = ""
		}
		shown = append(shown, strings.Join([]string{
			e.Key, e.Version, string(e.ETag), obj.Lock[mirror.LockMode], until, obj.Lock[mirror.LockHold], obj.Tags["team"],
		}, " "))
	}

	return shown
}
