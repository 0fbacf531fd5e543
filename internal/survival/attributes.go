package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
)

const dressed = "dressed"

// dress gives the source an object with everything that its owner can choose.
func (t *trial) dress() error {
	if err := t.put(t.source, dressed, "content"); err != nil {
		return err
	}
	header := http.Header{}
	for name, value := range map[string]string{
		"Cache-Control": "max-age=60", "Content-Disposition": `attachment; filename="a.txt"`, "Content-Encoding": "zstd",
		"Content-Language": "de", "Content-Type": "text/plain; charset=utf-8", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT",
		"X-Amz-Meta-Port": "Kiel",
	} {
		header.Set(name, value)
	}

	return t.source.Put(bucket, dressed, quirky.Object{
		Parts: [][]byte{[]byte("content")}, Header: header, Tags: map[string]string{"deck": "2"},
	})
}

// lost names the attributes that the copy does not have.
func (t *trial) lost(ctx context.Context, pair peers.Pair) ([]string, error) {
	want, err := attributes(ctx, pair.Source)
	if err != nil {
		return nil, fmt.Errorf("read the source's attributes: %w", err)
	}
	got, err := attributes(ctx, pair.Destination)
	if err != nil {
		return nil, fmt.Errorf("read the copy's attributes: %w", err)
	}
	var lost []string
	for name, value := range want {
		if got[name] != value {
			lost = append(lost, name)
		}
	}
	for name := range got {
		if _, there := want[name]; !there {
			lost = append(lost, "an added "+name)
		}
	}
	slices.Sort(lost)

	return lost, nil
}

// attributes are those of the object, by names for people.
func attributes(ctx context.Context, s testworld.S3) (map[string]string, error) {
	store, err := s3.Open(s3.Endpoint{URL: s.Endpoint, Region: s.Region, AccessKey: s.AccessKey, SecretKey: s3.Secret(s.SecretKey)})
	if err != nil {
		return nil, err
	}
	var object mirror.Object
	if object, err = store.Stat(ctx, bucket, dressed); err != nil {
		return nil, err
	}
	tags, err := store.Tags(ctx, bucket, dressed)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	maps.Copy(all, object.Headers)
	for name, value := range object.Metadata {
		all["x-amz-meta-"+name] = value
	}
	for name, value := range tags {
		all["tag "+name] = value
	}

	return all, nil
}
