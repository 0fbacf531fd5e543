package mount_test

import (
	"context"
	"crypto/md5"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/mount"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

func below(prefix string) func(string) mount.Place {
	return func(bucket string) mount.Place { return mount.Place{Bucket: bucket, Prefix: prefix} }
}

// A mounted prefix is as good a store as any.
func TestConformance(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		storetest.Run(t, mount.Store(memory.New("mem://a:1", memory.Quirks{}), below("some/prefix/")), storetest.Lacks{
			Versions: true, Settings: storetest.Settings(),
		})
	})
	t.Run("MinIO", func(t *testing.T) {
		server := testworld.StartMinIO(t)
		store, err := s3.Open(s3.Endpoint{URL: server.Endpoint, AccessKey: server.AccessKey, SecretKey: s3.Secret(server.SecretKey)})
		if err != nil {
			t.Fatal(err)
		}
		storetest.Run(t, mount.Store(store, below("some/prefix/")), storetest.Lacks{
			Expires: true, Versions: true, Settings: storetest.Settings(),
		})
	})
}

// put writes texts into a bucket that it makes.
func put(t *testing.T, store mirror.Store, bucket string, objects map[string]string) {
	t.Helper()
	if err := store.CreateBucket(t.Context(), bucket, mirror.BucketRequest{}); err != nil {
		t.Fatal(err)
	}
	for key, text := range objects {
		req := mirror.PutRequest{Body: strings.NewReader(text), Size: int64(len(text)), MD5: md5.Sum([]byte(text))}
		if _, err := store.Put(t.Context(), bucket, key, req); err != nil {
			t.Fatal(err)
		}
	}
}

func keys(t *testing.T, store mirror.Reader, bucket string) []string {
	t.Helper()
	page, err := store.List(t.Context(), bucket, mirror.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range page.Entries {
		found = append(found, entry.Key)
	}

	return found
}

// A mirror of one prefix to another of other length and in another bucket touches nothing beside
// them, removes within them, and keeps in the trash what shows where it was.
func TestMirrorBetweenPlaces(t *testing.T) {
	src, dst := memory.New("mem://src:1", memory.Quirks{}), memory.New("mem://dst:1", memory.Quirks{})
	put(t, src, "lake", map[string]string{
		"raw/": "", "raw/a": "1", "raw/b": "2", "raw/b/c": "3", "raw/z//..": "4", "raw": "beside", "rawhide": "beside", "ra": "beside",
	})
	put(t, dst, "vault", map[string]string{"copies/of/raw/b": "other", "copies/of/raw/gone": "5", "copies/of/other": "beside"})
	const name = "vault/copies/of/raw"
	at := func(place mount.Place) func(string) mount.Place {
		return func(bucket string) mount.Place {
			if bucket == name {
				return place
			}

			return mount.Place{Bucket: bucket}
		}
	}
	report, err := mirror.Run(t.Context(),
		mount.Reader(src, at(mount.Place{Bucket: "lake", Prefix: "raw/"})),
		mount.Store(dst, at(mount.Place{Bucket: "vault", Prefix: "copies/of/raw/"})),
		mirror.Options{Buckets: []string{name}, Remove: mirror.Remove{Enabled: true, MaxPercent: 100, Trash: 1e9}})
	if err != nil || report.Outcome() != mirror.OutcomeDone {
		t.Fatalf("%v: %+v", err, report)
	}
	want := []string{"copies/of/other", "copies/of/raw/a", "copies/of/raw/b", "copies/of/raw/b/c", "copies/of/raw/z//.."}
	if diff := cmp.Diff(want, keys(t, dst, "vault")); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	trashed := keys(t, dst, mirror.DefaultStateBucket)[1:] // behind the marker
	for i, suffix := range []string{"/vault/copies/of/raw/b", "/vault/copies/of/raw/gone"} {
		if len(trashed) != 2 || !strings.HasSuffix(trashed[i], suffix) {
			t.Errorf("trash has %q, want something with %q", trashed, suffix)
		}
	}
}

// unaware is a server that does not know prefixes.
type unaware struct{ mirror.Store }

func (u unaware) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	from.Prefix = ""

	return u.Store.List(ctx, bucket, from)
}

// What a listing may not say is an error, never an object of the mount.
func TestListingsThatCannotBe(t *testing.T) {
	store := memory.New("mem://a:1", memory.Quirks{})
	put(t, store, "b", map[string]string{"p/a": "1", "q": "2"})
	put(t, store, "marked", map[string]string{"p/": "content"})
	for name, test := range map[string]struct {
		store  mirror.Store
		bucket string
		want   string
	}{
		"prefix ignored":           {store: unaware{store}, bucket: "b", want: `the server lists "q", which is elsewhere`},
		"folder that holds a text": {store: store, bucket: "marked", want: "an object of that very key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mount.Reader(test.store, below("p/")).List(t.Context(), test.bucket, mirror.Cursor{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
