package s3http

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/helm-ferry/ferry/mirror"
)

// tagging is what is known of how a server tells tags, so that those of most objects need
// no request.
type tagging struct {
	counts   atomic.Bool // it counts tags in answers to those who may read them
	none     atomic.Bool // there are no tags, but for what an answer repeats of a write
	readable sync.Map    // the names of the buckets whose tags may be read
}

// countingServers name themselves, and count the tags of an object whenever there are any.
// "AmazonS3" is not among them: others take that name who do not count.
var countingServers = map[string]bool{"MinIO": true, "VERSITYGW": true}

// isAWS reports whether a host is one of AWS, which counts.
func isAWS(host string) bool {
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// count is the number of tags that an answer tells. Silence means that there are none only
// where the server is known to count, and to let its tags be read.
func (t *tagging) count(bucket string, header http.Header) int {
	if announced := header["X-Amz-Tagging-Count"]; len(announced) > 0 {
		n, err := strconv.ParseUint(announced[0], 10, 31)
		if err != nil {
			return mirror.UnknownTags
		}
		t.counts.Store(true)
		t.readable.Store(bucket, true)

		return int(n)
	}
	if tags, err := repeated(header); err != nil || len(tags) > 0 {
		return max(len(tags), 1)
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

// repeated reads the tags that an answer repeats as they were written.
func repeated(header http.Header) (map[string]string, error) {
	text := header.Get("X-Amz-Tagging")
	if text == "" {
		return nil, nil
	}
	query, err := url.ParseQuery(text)
	if err != nil {
		return nil, fmt.Errorf("tags of the response: %w", err)
	}
	tags := make(map[string]string, len(query))
	for name := range query {
		tags[name] = query.Get(name)
	}

	return tags, nil
}

// Tags implements mirror.Reader.
func (s *Store) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	c := &call{op: "read the tags of", method: http.MethodGet, bucket: bucket, key: key, query: "tagging="}
	if s.tagging.none.Load() {
		c.method, c.query = http.MethodHead, ""
	}
	resp, err := s.send(ctx, c)
	if refusal := (*callError)(nil); errors.As(err, &refusal) {
		switch {
		case refusal.code == "NoSuchTagSet", refusal.code == "NoSuchTagSetError":
			s.tagging.readable.Store(bucket, true)

			return nil, nil
		case refusal.code == "NotImplemented", refusal.status == http.StatusNotImplemented:
			s.tagging.none.Store(true)

			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.Header["Etag"] != nil && resp.Header["Last-Modified"] != nil {
		// This is the object: the server takes no notice of what was asked of it.
		s.tagging.none.Store(true)
		tags, err := repeated(resp.Header)
		if err != nil {
			return nil, c.failed(ctx, err)
		}

		return tags, nil
	}
	tags, err := readTags(resp.Body)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	s.tagging.readable.Store(bucket, true)

	return tags, nil
}

// readTags reads the document with the tags of an object.
func readTags(body io.Reader) (map[string]string, error) {
	var set struct {
		XMLName xml.Name `xml:"Tagging"`
		Tags    []struct {
			Key   string `xml:"Key"`
			Value string `xml:"Value"`
		} `xml:"TagSet>Tag"`
	}
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer))
	if err == nil {
		err = xml.Unmarshal(text, &set)
	}
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if len(set.Tags) == 0 {
		return nil, nil
	}
	tags := make(map[string]string, len(set.Tags))
	for _, tag := range set.Tags {
		tags[tag.Key] = tag.Value
	}

	return tags, nil
}
