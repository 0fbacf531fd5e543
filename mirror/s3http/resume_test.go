package s3http_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
)

func partList(truncated bool, next int, numbers ...int) string {
	var parts strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&parts, "<Part><PartNumber>%d</PartNumber><Size>7</Size><ETag>&quot;AB%d&quot;</ETag></Part>", n, n)
	}

	return fmt.Sprintf("<ListPartsResult><IsTruncated>%v</IsTruncated><NextPartNumberMarker>%d</NextPartNumberMarker>%s</ListPartsResult>",
		truncated, next, parts.String())
}

// The parts of an upload are read over all pages, and lists that do not go on end.
func TestResumePages(t *testing.T) {
	for name, test := range map[string]struct {
		pages map[string]string // by their markers
		want  []int
		fails bool
	}{
		"pages":          {map[string]string{"": partList(true, 2, 1, 2), "2": partList(false, 0, 5)}, []int{1, 2, 5}, false},
		"none":           {map[string]string{"": partList(false, 0)}, nil, false},
		"same again":     {map[string]string{"": partList(true, 2, 1, 2), "2": partList(true, 2, 1, 2)}, nil, true},
		"nothing more":   {map[string]string{"": partList(true, 2, 1, 2), "2": partList(true, 2)}, nil, true},
		"wrong marker":   {map[string]string{"": partList(true, 1, 1, 2)}, nil, true},
		"out of order":   {map[string]string{"": partList(false, 0, 2, 1)}, nil, true},
		"something else": {map[string]string{"": "<ListBucketResult/>"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked > 10 {
					t.Error("asked for ever")
				}
				fmt.Fprint(w, test.pages[r.URL.Query().Get("part-number-marker")])
			})
			_, parts, err := store.Resume(t.Context(), "bucket", "k", "a+b", mirror.Filing{})
			if (err != nil) != test.fails || errors.Is(err, mirror.ErrNoObject) {
				t.Fatalf("got %v", err)
			}
			var got []int
			for _, part := range parts {
				got = append(got, part.Number)
				if part.Size != 7 {
					t.Errorf("part %d has %d bytes", part.Number, part.Size)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

// The time of an object in parts is asked for when it is completed and not before, and its
// ETags go back as the server spelled them.
func TestFilingOfParts(t *testing.T) {
	headers := map[string]http.Header{}
	var completed string
	store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch {
		case r.URL.Query().Has("uploads"):
			headers["begin"] = r.Header.Clone()
			fmt.Fprint(w, "<InitiateMultipartUpload><UploadId>1</UploadId></InitiateMultipartUpload>")
		case r.Method == http.MethodGet:
			fmt.Fprint(w, partList(false, 0, 1))
		default:
			headers["complete"], completed = r.Header.Clone(), string(text)
			fmt.Fprint(w, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
		}
	})
	filing := mirror.Filing{Modified: time.Date(2021, 3, 4, 5, 6, 7, 8, time.UTC), StorageClass: "COLD"}
	begun, err := store.Upload(t.Context(), "bucket", "k", mirror.UploadRequest{Filing: filing})
	if err != nil {
		t.Fatal(err)
	}
	up, _, err := store.Resume(t.Context(), "bucket", "k", begun.ID(), filing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := up.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	for call, want := range map[string][2]string{"begin": {"", "COLD"}, "complete": {"2021-03-04T05:06:07.000000008Z", ""}} {
		got := [2]string{headers[call].Get("X-Minio-Source-Mtime"), headers[call].Get("X-Amz-Storage-Class")}
		if got != want {
			t.Errorf("%s asks for %q, want %q", call, got, want)
		}
	}
	if !strings.Contains(completed, "<ETag>AB1</ETag>") {
		t.Errorf("completed with %s", completed)
	}
}

// A refusal of what is not plain is told from one of the object.
func TestRefusedFiling(t *testing.T) {
	code := ""
	store, reference := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Minio-Source-Etag") != "" {
			t.Error("the ETag of the source was sent")
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
	})
	filing := mirror.Filing{Modified: time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC)}
	for _, test := range []struct {
		code   string
		filing mirror.Filing
		want   bool
	}{
		{"AccessDenied", filing, true},
		{"NotImplemented", filing, true},
		{"InvalidStorageClass", mirror.Filing{StorageClass: "x"}, true},
		{"AccessDenied", mirror.Filing{}, false},
		{"InvalidAccessKeyId", filing, false},
	} {
		code = test.code
		for name, driver := range map[string]mirror.Store{"own": store, "reference": reference} {
			_, err := driver.Put(t.Context(), "bucket", "k", mirror.PutRequest{Body: strings.NewReader("x"), Size: 1, Filing: test.filing})
			if errors.Is(err, mirror.ErrFilingRefused) != test.want {
				t.Errorf("%s: %s with %+v: %v", name, test.code, test.filing, err)
			}
		}
	}
}
