package testworld

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
)

// borrowAPIServer returns a server that is lent, or nil. Its kubeconfig is a copy in dir, which the borrower may change.
func borrowAPIServer(ctx context.Context, dir string) (*APIServer, error) {
	a := &APIServer{}
	giveBack, err := borrow(lentAPIServer, func(l loan) error {
		text, err := os.ReadFile(l.Kubeconfig)
		if err != nil {
			return err
		}
		kubeconfig := filepath.Join(dir, "kubeconfig")
		if err := os.WriteFile(kubeconfig, text, 0o600); err != nil {
			return err
		}
		if a.Cluster, err = open(kubeconfig); err != nil {
			return err
		}
		a.store, a.processes = etcd(l.Store), logged(l)

		return a.store.clear(ctx, l.Keys)
	})
	if giveBack == nil {
		return nil, err
	}
	a.giveBack = giveBack

	return a, nil
}

// borrowMinIO returns a store that is lent, or nil, and what to do in place of stopping it.
func borrowMinIO(ctx context.Context) (s *S3Server, giveBack func(), err error) {
	giveBack, err = borrow(lentMinIO, func(l loan) error {
		s = &S3Server{S3: *l.S3, process: logged(l)[0]}

		return s.empty(ctx, l.Data)
	})
	if giveBack == nil {
		return nil, nil, err
	}

	return s, giveBack, nil
}

// logged are the processes of another one, for the ends of their logs.
func logged(l loan) []*process {
	var processes []*process
	for _, log := range l.Logs {
		processes = append(processes, &process{name: strings.TrimSuffix(filepath.Base(log), ".log"), log: log})
	}

	return processes
}

// empty deletes the buckets of a MinIO whose folder is data, with all versions and uploads. It fails with errKept if
// there are objects that may not be deleted.
func (s S3) empty(ctx context.Context, data string) error {
	client, err := s.Client()
	if err != nil {
		return err
	}
	buckets, err := client.ListBuckets(ctx)
	if err != nil {
		return fmt.Errorf("list the buckets that are left: %w", err)
	}
	for _, bucket := range buckets {
		if err := client.RemoveBucketWithOptions(ctx, bucket.Name, minio.RemoveBucketOptions{ForceDelete: true}); err != nil {
			return fmt.Errorf("delete bucket %s: %w: %w", bucket.Name, errKept, err)
		}
	}
	uploads, err := filepath.Glob(filepath.Join(data, ".minio.sys", "multipart", "*"))
	for _, upload := range uploads {
		err = errors.Join(err, os.RemoveAll(upload))
	}

	return err
}
