//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// in is the release for a part of a test.
func (l *lake) in(t *testing.T) *lake {
	t.Helper()
	part := *l
	part.t = t

	return &part
}

// application is the process that writes, which is one of this machine.
func (l *lake) application() *os.Process {
	l.t.Helper()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(l.t.Context(), meta.ListOptions{LabelSelector: "app.kubernetes.io/name=load"})
	if err != nil || len(pods.Items) != 1 {
		l.t.Fatalf("%d pods of the application: %v", len(pods.Items), err)
	}
	process, err := processOf(func(folder string) bool {
		line, err := os.ReadFile(filepath.Join(folder, "cmdline"))

		return err == nil && bytes.Contains(line, []byte("\x00--name="+pods.Items[0].Name+"\x00"))
	})
	if err != nil || process == nil {
		l.t.Fatalf("no process is the application: %v", err)
	}

	return process
}

// processOf is the process of this machine whose folder in /proc is the one, nil if there is none.
func processOf(is func(folder string) bool) (*os.Process, error) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if !is(folder) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			return nil, err
		}

		return os.FindProcess(pid)
	}

	return nil, nil
}

// goOn has the application do some more: what it was promised grows.
func (l *lake) goOn() {
	l.t.Helper()
	const lines = 200
	before := l.notes()
	l.await("the application to write", func(context.Context) error {
		if now := l.notes(); now < before+lines { //nolint:contextcheck // it has that of the test, which ends before
			return fmt.Errorf("%d notes more", now-before)
		}

		return nil
	})
}

// notes is the number of lines in the ledger.
func (l *lake) notes() int {
	l.t.Helper()
	n := 0
	for _, file := range l.ledgers() {
		text, err := os.ReadFile(file)
		if err != nil {
			l.t.Fatal(err)
		}
		n += bytes.Count(text, []byte("\n"))
	}

	return n
}

// allBack checks that every consumer runs with its replicas, and that nothing is left of the cutover.
func (l *lake) allBack() {
	l.t.Helper()
	l.ready("app.kubernetes.io/name=load", 1)
	l.ready("app.kubernetes.io/name=notebook", 1)
	l.await("the end of the journal", func(ctx context.Context) error {
		_, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})
		if err == nil {
			return errors.New("it is there")
		}
		if apierrors.IsNotFound(err) {
			return nil
		}

		return err
	})
}

// running waits until the pod of a Job runs.
func (l *lake) running(job string) func(context.Context) error {
	return func(ctx context.Context) error {
		pods, err := l.client.CoreV1().Pods(l.namespace).List(ctx, meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
		if err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.Status.Phase == core.PodRunning && pod.DeletionTimestamp == nil {
				return nil
			}
		}

		return fmt.Errorf("%d pods of %s, and none runs", len(pods.Items), job)
	}
}
