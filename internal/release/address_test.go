package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAddresses(t *testing.T) {
	tests := map[string]struct {
		text, key string
		want      []string // the mentions, with scheme and port
	}{
		"url":                          {text: "http://minio:9000/bucket", want: []string{"http://minio:9000"}},
		"url without port":             {text: "https://minio/bucket", want: []string{"https://minio"}},
		"url with user":                {text: "http://user:pw@minio:9000", want: []string{"http://user:pw@minio:9000"}},
		"host and port":                {text: "minio:9000", want: []string{"minio:9000"}},
		"namespace":                    {text: "http://minio.store:9000", want: []string{"http://minio.store:9000"}},
		"cluster domain":               {text: "minio.store.svc.cluster.local", want: []string{"minio.store.svc.cluster.local"}},
		"cluster domain, full stop":    {text: "minio.store.svc.cluster.local.:9000", want: []string{"minio.store.svc.cluster.local.:9000"}},
		"twice":                        {text: "minio:9000,minio:9001", want: []string{"minio:9000", "minio:9001"}},
		"inside a file":                {text: "a=1\nendpoint = http://minio:9000\n", want: []string{"http://minio:9000"}},
		"end of a sentence":            {text: "see http://minio:9000.", want: []string{"http://minio:9000"}},
		"quoted":                       {text: `{"url":"http://minio:9000"}`, want: []string{"http://minio:9000"}},
		"scheme of another kind":       {text: "s3+http://minio:9000", want: []string{"s3+http://minio:9000"}},
		"bare under a host key":        {text: "minio", key: "S3_HOST", want: []string{"minio"}},
		"bare under another key":       {text: "minio", key: "MINIO_ROOT_USER"},
		"bare without a key":           {text: "minio"},
		"a word":                       {text: "use minio for that", key: "S3_HOST"},
		"another host":                 {text: "http://minio.example.com:9000"},
		"another host without port":    {text: "https://minio.example.com"},
		"longer name":                  {text: "http://minio-console:9001"},
		"longer name before":           {text: "http://my-minio:9000"},
		"pod of a headless Service":    {text: "http://minio-0.minio:9000"},
		"path":                         {text: "http://proxy:80/minio"},
		"bucket":                       {text: "s3://bucket/minio:1"},
		"bucket of that name":          {text: "s3://minio/key s3a://minio"},
		"s3 with a port":               {text: "s3://minio:9000", want: []string{"s3://minio:9000"}},
		"image":                        {text: "quay.io/minio/minio:RELEASE"},
		"port out of range":            {text: "minio:99999"},
		"underscore":                   {text: "http://minio_x:9000"},
		"a url after another":          {text: "http://other:80/x http://minio:9000", want: []string{"http://minio:9000"}},
		"user information with a host": {text: "http://other:80/@minio:9000", want: []string{"minio:9000"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range addresses(test.text, test.key, "minio") {
				got = append(got, test.text[a.Begin:a.End])
				if service := test.text[a.Name:a.NameEnd]; service != "minio" {
					t.Errorf("the name is %q", service)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"http://minio:9000", "minio.a.svc.cluster.local.:1", "x@minio:9", "://minio", "minio:99999"} {
		f.Add(seed, "S3_HOST")
	}
	f.Fuzz(func(t *testing.T, text, key string) {
		last := 0
		for _, a := range addresses(text, key, "minio") {
			if a.Begin > a.Name || a.Name >= a.NameEnd || a.NameEnd > a.End || a.End > len(text) || a.Name < last {
				t.Fatalf("offsets %+v of %q", a, text)
			}
			last = a.NameEnd
		}
	})
}
