package s3list_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// Pages of servers that run, encoded and not, say what was written.
func TestRealServers(t *testing.T) {
	keys := []string{"a b", "a+b", "a%2Fb", "d/e&f", "line\nfeed", "quo\"te's", "tab\t", "~x", "é", "日"}
	for name, server := range map[string]testworld.S3{"minio": testworld.StartMinIO(t), "versitygw": testworld.StartVersityGW(t)} {
		client, err := server.Client()
		if err != nil {
			t.Fatal(err)
		}
		if err := client.MakeBucket(t.Context(), "cargo", minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			_, err := client.PutObject(t.Context(), "cargo", key, strings.NewReader(key), int64(len(key)), minio.PutObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, query := range []string{"list-type=2", "encoding-type=url&list-type=2"} {
			t.Run(name+" "+query, func(t *testing.T) {
				var got []string
				for token := ""; ; {
					page := fetch(t, server, query+"&max-keys=4&continuation-token="+url.QueryEscape(token))
					for _, entry := range page.Entries {
						got = append(got, entry.Key)
						if entry.Size != int64(len(entry.Key)) || len(entry.ETag) != 34 || time.Since(entry.Modified).Abs() > time.Hour {
							t.Errorf("got %+v", entry)
						}
					}
					if token = page.Next; !page.Truncated {
						break
					}
				}
				if diff := cmp.Diff(slices.Sorted(slices.Values(keys)), got); diff != "" {
					t.Errorf("keys (-want +got):\n%s", diff)
				}
			})
		}
		t.Run(name+" error", func(t *testing.T) {
			said, err := s3list.ParseError(body(t, server, "/missing", "list-type=2"))
			if err != nil || said.Code != "NoSuchBucket" {
				t.Errorf("got %v, %v", said, err)
			}
		})
	}
}

func fetch(t *testing.T, server testworld.S3, query string) *s3list.Page {
	t.Helper()
	data := body(t, server, "/cargo", strings.TrimSuffix(query, "&continuation-token="))
	compare(t, data)
	page := &s3list.Page{}
	if err := page.Parse(data, 0); err != nil {
		t.Fatalf("%v in %s", err, data)
	}

	return page
}

func body(t *testing.T, server testworld.S3, path, query string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Endpoint+path+"?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	creds := sigv4.Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey}
	sigv4.New(server.Region, "s3").Sign(req, creds, sigv4.UnsignedPayload, time.Now())
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}

	return data
}
