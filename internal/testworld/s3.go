package testworld

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 says how to reach an S3 server.
type S3 struct {
	Endpoint  string // http://127.0.0.1:PORT
	Region    string
	AccessKey string
	SecretKey string
}

// Client returns a client that signs with the keys of the server's owner.
func (s S3) Client() (*minio.Client, error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("parse endpoint: %w", err)
	}

	return minio.New(u.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""),
		Secure:       u.Scheme == "https",
		Region:       s.Region,
		BucketLookup: minio.BucketLookupPath,
		MaxRetries:   1,
	})
}

// S3Server is an S3 server that this process started.
type S3Server struct {
	S3
	process *process
}

// Stop ends the server. Its data stays.
func (s *S3Server) Stop() { s.process.stop(3 * time.Second) }

// Uncollected is the environment of a store that lives for a test: four tenths of what it costs to start MinIO is
// collecting garbage. What is measured beside a store wants it as people run it, and has none of this.
func Uncollected() []string { return []string{"GOGC=off", "GOMEMLIMIT=1GiB"} }

// LaunchMinIO starts MinIO with one drive, dir/data, and writes dir/minio.log.
// ctx bounds building and starting; the server runs until Stop.
func LaunchMinIO(ctx context.Context, dir string) (*S3Server, error) {
	if testing.Testing() {
		return launchMinIO(ctx, dir, Uncollected())
	}

	return launchMinIO(ctx, dir, nil)
}

func launchMinIO(ctx context.Context, dir string, more []string) (*S3Server, error) {
	return launchS3(ctx, dir, "minio", func(s S3, address string) (env, args []string) {
		env = append([]string{
			"MINIO_ROOT_USER=" + s.AccessKey,
			"MINIO_ROOT_PASSWORD=" + s.SecretKey,
			"MINIO_REGION=" + s.Region,
			"MINIO_BROWSER=off",
			"MINIO_UPDATE=off",
		}, more...)

		return env, []string{"server", "--quiet", "--address", address, filepath.Join(dir, "data")}
	})
}

// LaunchVersityGW starts the Versity S3 gateway over the files in dir/data, with
// room for object versions in dir/versions, and writes dir/versitygw.log. ctx
// bounds building and starting; the server runs until Stop.
func LaunchVersityGW(ctx context.Context, dir string) (*S3Server, error) {
	return launchS3(ctx, dir, "versitygw", func(s S3, address string) (env, args []string) {
		args = []string{"--quiet", "--port", address, "posix", "--versioning-dir", filepath.Join(dir, "versions")}
		if !keepsAttributes(dir) {
			args = append(args, "--sidecar", filepath.Join(dir, "metadata"))
		}

		return []string{
			"ROOT_ACCESS_KEY_ID=" + s.AccessKey,
			"ROOT_SECRET_ACCESS_KEY=" + s.SecretKey,
			"VGW_REGION=" + s.Region,
		}, append(args, filepath.Join(dir, "data"))
	})
}

// LaunchRclone serves the files in dir/data as S3 with rclone, and writes dir/rclone.log.
// It keeps no metadata but in memory. ctx bounds building and starting; the server runs
// until Stop.
func LaunchRclone(ctx context.Context, dir string) (*S3Server, error) {
	return launchS3(ctx, dir, "rclone", func(s S3, address string) (env, args []string) {
		return []string{"RCLONE_CONFIG=" + os.DevNull, `RCLONE_AUTH_KEY="` + s.AccessKey + "," + s.SecretKey + `"`},
			[]string{"serve", "s3", "--addr", address, "--cache-dir", filepath.Join(dir, "metadata"), filepath.Join(dir, "data")}
	})
}

// launchS3 runs the S3 server that configure describes. A port that somebody
// else took between choice and use costs another attempt.
func launchS3(
	ctx context.Context, dir, name string, configure func(s S3, address string) (env, args []string),
) (*S3Server, error) {
	path, err := Program(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{"data", "versions", "metadata"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("prepare the folders of %s: %w", name, err)
		}
	}
	for attempt := 1; ; attempt++ {
		address, err := freeAddress(ctx)
		if err != nil {
			return nil, fmt.Errorf("find a port for %s: %w", name, err)
		}
		s := S3{
			Endpoint: "http://" + address, Region: "us-east-1",
			AccessKey: rand.Text()[:20], SecretKey: rand.Text() + rand.Text()[:14],
		}
		env, args := configure(s, address)
		p, err := launch(name, path, dir, env, args)
		if err != nil {
			return nil, err
		}
		if err = p.ready(ctx, 30*time.Second, s.probe); err == nil {
			return &S3Server{S3: s, process: p}, nil
		}
		p.stop(0)
		if attempt == 3 || !errors.Is(err, errEnded) {
			return nil, err
		}
	}
}

// probe lists the buckets, which succeeds when the server is up and accepts the
// keys, hence is not another one that has the same port.
func (s S3) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client, err := s.Client()
	if err != nil {
		return err
	}
	_, err = client.ListBuckets(ctx)

	return err
}
