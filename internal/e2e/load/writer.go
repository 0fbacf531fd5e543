package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/helm-ferry/ferry/internal/e2e/ledger"
)

// writer does one operation after the other.
type writer struct {
	options
	client *minio.Client
	random *rand.Rand
	out    io.Writer
	n      int
	keys   []string
}

// patience bounds one operation.
const patience = 10 * time.Second

func newWriter(o options, u *url.URL, accessKey, secretKey string, out io.Writer) (*writer, error) {
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(accessKey, secretKey, ""), Secure: u.Scheme == "https", Region: "us-east-1",
		BucketLookup: minio.BucketLookupPath, MaxRetries: 1,
		// connections stay open, as those of applications do
		Transport: &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Hour},
	})
	if err != nil {
		return nil, err
	}
	w := &writer{options: o, client: client, random: rand.New(rand.NewPCG(o.seed, 1)), out: out} //nolint:gosec // chance
	for i := range o.keys {
		w.keys = append(w.keys, fmt.Sprintf("%s/%03d", o.name, i))
	}

	return w, nil
}

// run writes until ctx ends, and finishes the operation that is under way then.
func (w *writer) run(ctx context.Context) error {
	if err := w.bucketMade(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(w.pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := w.step(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
}

// bucketMade waits until the bucket is there, and makes it if nobody else does.
func (w *writer) bucketMade(ctx context.Context) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, patience)
		err := w.client.MakeBucket(attempt, w.bucket, minio.MakeBucketOptions{})
		there, asked := w.client.BucketExists(attempt, w.bucket)
		cancel()
		if err == nil || there {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("make bucket %s: %w: %w", w.bucket, err, asked)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// step does one operation and keeps the ledger. A key without an answer is not used again: later
// answers about it would be worth less.
func (w *writer) step(ctx context.Context) error {
	w.n++
	i := w.random.IntN(len(w.keys))
	e := ledger.Entry{N: w.n, Key: w.keys[i], Op: ledger.Put, State: ledger.Begun}
	var content []byte
	if w.random.IntN(4) == 0 {
		e.Op = ledger.Delete
	} else {
		content = w.content()
		e.MD5 = fmt.Sprintf("%x", md5.Sum(content))
	}
	if err := w.note(e); err != nil {
		return err
	}
	e.State = w.do(ctx, e, content)
	if e.State == ledger.Unknown {
		w.keys[i] = fmt.Sprintf("%s.%d", e.Key, w.n)
	}

	return w.note(e)
}

func (w *writer) do(ctx context.Context, e ledger.Entry, content []byte) ledger.State {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var err error
	if e.Op == ledger.Delete {
		err = w.client.RemoveObject(ctx, w.bucket, e.Key, minio.RemoveObjectOptions{})
	} else {
		_, err = w.client.PutObject(ctx, w.bucket, e.Key, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{DisableMultipart: true})
	}

	return outcome(err)
}

// outcome tells what an error leaves open.
func outcome(err error) ledger.State {
	var dial *net.OpError
	switch {
	case err == nil:
		return ledger.Acked
	case errors.As(err, &dial) && dial.Op == "dial", errors.Is(err, syscall.ECONNREFUSED), refused(err):
		return ledger.Unsent
	default:
		return ledger.Unknown
	}
}

// refused tells whether a store answered that it will not do it.
func refused(err error) bool {
	status := minio.ToErrorResponse(err).StatusCode

	return status >= http.StatusBadRequest && status < http.StatusInternalServerError
}

func (w *writer) note(e ledger.Entry) error {
	e.At = time.Now().UTC().Format(time.RFC3339Nano)
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.out.Write(append(line, '\n'))

	return err
}

// content is between nothing and 64 KiB, mostly small.
func (w *writer) content() []byte {
	size := w.random.IntN(1 << (4 + w.random.IntN(13)))
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(w.random.Uint32())
	}

	return content
}
