package s3http_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
)

// tagServer is a server that tells tags in a way of its own.
type tagServer struct {
	name   string            // in the header Server
	header map[string]string // of an object
	status int               // of the answer to a question for tags
	answer string
	ignore bool // every question is for the object

	asked int // for tags
}

func (s *tagServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", s.name)
	if r.URL.Query().Has("tagging") && !s.ignore {
		s.asked++
		w.WriteHeader(s.status)
		fmt.Fprint(w, s.answer)

		return
	}
	for name, value := range s.header {
		w.Header().Set(name, value)
	}
	agree(w, r)
}

const (
	oneTag  = "<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value>c d</Value></Tag></TagSet></Tagging>"
	noTags  = `<?xml version="1.0"?><Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet></TagSet></Tagging>`
	missing = "<Error><Code>NotImplemented</Code><Message>no</Message></Error>"
)

// How many tags there are is known before and after the first answer about them, as far as
// the server tells.
func TestTagCount(t *testing.T) {
	for name, test := range map[string]struct {
		server        tagServer
		before, after int
		tags          map[string]string
	}{
		"counted":        {tagServer{header: map[string]string{"X-Amz-Tagging-Count": "1"}, status: 200, answer: oneTag}, 1, 1, map[string]string{"a&b": "c d"}},
		"silence":        {tagServer{status: 200, answer: noTags}, -1, -1, nil},
		"MinIO's":        {tagServer{name: "MinIO", status: 200, answer: noTags}, -1, 0, nil},
		"in AWS's name":  {tagServer{name: "AmazonS3", status: 200, answer: noTags}, -1, -1, nil},
		"no count":       {tagServer{header: map[string]string{"X-Amz-Tagging-Count": "many"}, status: 200, answer: noTags}, -1, -1, nil},
		"no set":         {tagServer{name: "MinIO", status: 404, answer: "<Error><Code>NoSuchTagSet</Code></Error>"}, -1, 0, nil},
		"no tags at all": {tagServer{status: 501, answer: missing}, -1, 0, nil},
		"ignored":        {tagServer{ignore: true}, -1, 0, nil},
		"repeated": {
			tagServer{ignore: true, header: map[string]string{"X-Amz-Tagging": "a%26b=c+d"}}, 1, 1, map[string]string{"a&b": "c d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, _ := serve(t, test.server.ServeHTTP)
			count := func() int {
				obj, body, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{})
				if err != nil {
					t.Fatal(err)
				}
				body.Close()

				return obj.TagCount
			}
			if got := count(); got != test.before {
				t.Errorf("at first %d tags, want %d", got, test.before)
			}
			for range 2 {
				tags, err := store.Tags(t.Context(), "bucket", "k")
				if diff := cmp.Diff(test.tags, tags); err != nil || diff != "" {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
			}
			if got := count(); got != test.after {
				t.Errorf("then %d tags, want %d", got, test.after)
			}
			test.server.asked = 0
			obj, err := store.Stat(t.Context(), "bucket", "k")
			if err != nil || obj.TagCount != len(test.tags) || test.after == 0 && test.server.asked > 0 {
				t.Errorf("described with %d tags after %d questions: %v", obj.TagCount, test.server.asked, err)
			}
		})
	}
}

// Tags that may not be read are no missing tags.
func TestTagsDenied(t *testing.T) {
	server := &tagServer{name: "MinIO", status: 403, answer: "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"}
	store, _ := serve(t, server.ServeHTTP)
	for range 2 {
		if _, err := store.Tags(t.Context(), "bucket", "k"); err == nil {
			t.Error("denied tags were read")
		}
		if _, err := store.Stat(t.Context(), "bucket", "k"); err == nil {
			t.Error("an object was described without its tags")
		}
	}
	server.status, server.answer = 404, "<Error><Code>NoSuchKey</Code></Error>"
	if _, err := store.Tags(t.Context(), "bucket", "k"); !errors.Is(err, mirror.ErrNoObject) {
		t.Errorf("got %v for an object that is gone", err)
	}
}
