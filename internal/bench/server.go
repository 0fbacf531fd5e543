package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// server is one that runs, with all that it keeps in dir.
type server struct {
	testworld.S3
	dir  string
	stop func()
}

// launch starts a server over a new folder below dir.
func (y *yard) launch(ctx context.Context, kind string) (*server, error) {
	dir, err := os.MkdirTemp(y.dir, "server-")
	if err != nil {
		return nil, err
	}
	start := map[string]func(context.Context, string) (*testworld.S3Server, error){
		minioServer: testworld.LaunchMinIO, versityGW: testworld.LaunchVersityGW,
	}[kind]
	s, err := start(ctx, dir)
	if err != nil {
		return nil, err
	}

	return &server{S3: s.S3, dir: dir, stop: s.Stop}, nil
}

// end stops a server and removes what it kept.
func (s *server) end() {
	s.stop()
	_ = os.RemoveAll(s.dir)
}

// lent is the server for somebody who ends it too early.
func (s *server) lent() *server { return &server{S3: s.S3, stop: func() {}} }

// launchFilled starts a server that has what a course begins with.
func (y *yard) launchFilled(ctx context.Context, kind string, c course) (*server, error) {
	s, err := y.launch(ctx, kind)
	if err != nil {
		return nil, err
	}
	if c.equal && kind == minioServer {
		err = c.fillQuickly(ctx, s.S3, filepath.Join(s.dir, "data"))
	} else {
		err = c.fill(ctx, s.S3)
	}
	if err == nil {
		err = c.check(ctx, s.S3)
	}
	if err != nil {
		s.end()

		return nil, fmt.Errorf("fill %s: %w", kind, err)
	}

	return s, nil
}

// launchEmpty starts a server that has an empty bucket.
func (y *yard) launchEmpty(ctx context.Context, kind string) (*server, error) {
	s, err := y.launch(ctx, kind)
	if err != nil {
		return nil, err
	}
	client, err := s.Client()
	if err == nil {
		err = client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{})
	}
	if err != nil {
		s.end()

		return nil, fmt.Errorf("make a bucket at %s: %w", kind, err)
	}

	return s, nil
}
