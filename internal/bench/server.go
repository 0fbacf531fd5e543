package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/quirky"
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
		_ = os.RemoveAll(dir)

		return nil, fmt.Errorf("start %s: %w", kind, err)
	}

	return &server{S3: s.S3, dir: dir, stop: s.Stop}, nil
}

// end stops a server and removes what it kept.
func (s *server) end() {
	s.stop()
	_ = os.RemoveAll(s.dir) // which is nothing where there is no folder
}

// lent is the server for somebody who ends it too early.
func (s *server) lent() *server { return &server{S3: s.S3, stop: func() {}} }

// launchMemory starts a server in memory.
func (y *yard) launchMemory(ctx context.Context, args ...string) (*server, error) {
	cmd := exec.CommandContext(ctx, y.memserver, append(args, bucket)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe() // whose end ends it
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()

		return nil, fmt.Errorf("read the address of the server in memory: %w", err)
	}
	keys := testworld.S3{Endpoint: strings.TrimSpace(line), Region: "us-east-1", AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey}

	return &server{S3: keys, stop: stop}, nil
}

// launchFilled starts a server that has what a course begins with.
func (y *yard) launchFilled(ctx context.Context, kind string, c course) (*server, error) {
	if kind == memoryServer {
		args := []string{"-objects", strconv.Itoa(c.objects), "-size", strconv.FormatInt(c.size, 10)}
		if c.part > 0 {
			args = append(args, "-parts", strconv.FormatInt(c.size/c.part, 10))
		}

		return y.launchMemory(ctx, args...)
	}
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
	if kind == memoryServer {
		return y.launchMemory(ctx)
	}
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
