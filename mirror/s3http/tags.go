package s3http

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/helm-ferry/ferry/mirror"
)

// tagging is what is known of how a server tells tags, so that those of most objects need
// no request. Its zero value knows nothing.
type tagging struct {
	none     atomic.Bool // the server has no tags
	counts   atomic.Bool // it counts them in answers to those who may read them
	readable sync.Map    // the names of the buckets whose tags may be read
}

// countingServers are servers, as they name themselves, that count the tags of an object
// whenever there are any.
var countingServers = map[string]bool{"AmazonS3": true, "MinIO": true}

// count is the number of tags that a response tells. Silence means that there are none
// only where the server is known to count, and to let its tags be read.
func (t *tagging) count(bucket string, header http.Header) int {
	if values := header["X-Amz-Tagging-Count"]; len(values) > 0 {
		if n, err := strconv.ParseUint(values[0], 10, 31); err == nil {
			t.counts.Store(true)
			t.readable.Store(bucket, true)

			return int(n)
		}

		return mirror.UnknownTags
	}
	if t.none.Load() {
		return 0
	}
	if !t.counts.Load() {
		if server := header["Server"]; len(server) == 0 || !countingServers[server[0]] {
			return mirror.UnknownTags
		}
		t.counts.Store(true)
	}
	if _, ok := t.readable.Load(bucket); !ok {
		return mirror.UnknownTags
	}

	return 0
}

// Tags implements mirror.Reader. A server that does not know tags has none.
func (s *Store) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	var set struct {
		XMLName xml.Name                      `xml:"Tagging"`
		Tags    []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	c := &call{op: "read the tags of", method: http.MethodGet, bucket: bucket, key: key, query: "tagging="}
	err := s.document(ctx, c, &set)
	if refusal := (*callError)(nil); errors.As(err, &refusal) {
		switch {
		case refusal.code == "NoSuchTagSet", refusal.code == "NoSuchTagSetError":
			err = nil
		case refusal.code == "NotImplemented", refusal.status == http.StatusNotImplemented:
			s.tagging.none.Store(true)

			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	s.tagging.readable.Store(bucket, true)
	if len(set.Tags) == 0 {
		return nil, nil
	}
	tags := make(map[string]string, len(set.Tags))
	for _, tag := range set.Tags {
		tags[tag.Key] = tag.Value
	}

	return tags, nil
}
