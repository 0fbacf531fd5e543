//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Helm is killed during the cutover with its Job, and the release is left pending: the watchdog brings the consumers back
// to the store that they were on, and ferry migrate goes on by itself.
func TestHelmIsKilled(t *testing.T) {
	if !*full {
		t.Skip("it waits minutes for the watchdog: -full runs it")
	}
	l := newLake(t, "helm4", "helm-killed")
	l.installed()
	line := append(l.configured("activeProvider: versitygw"), "versitygw.enabled=true")
	p := l.start(t, l.helm, "helm", l.line("upgrade", line...)...)
	l.await("a cutover that stops consumers", l.cutover("stopping"))
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	l.crush("lake-cutover") // nothing but the watchdog is left
	_ = p.cmd.Wait()        // it was killed
	p.end()
	if out := l.must(t, l.helm, "helm", "status", l.name, "--namespace", l.namespace); !strings.Contains(out, "STATUS: pending-upgrade") {
		t.Errorf("the release is not pending:\n%s", out)
	}
	if active := l.active(); active != "minio" {
		t.Fatalf("the manifest was not applied, and the alias selects %s", active)
	}
	l.within(8*time.Minute, "the watchdog to bring the consumers back", func(ctx context.Context) error {
		_, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})
		if err == nil {
			return errors.New("the journal is there")
		}
		if apierrors.IsNotFound(err) {
			return nil
		}

		return err
	})
	l.holds("minio")
	move := l.ferryTo("versitygw", "--from=minio", "--to=versitygw", "--timeout=5m")
	move[0] = "migrate"
	l.must(t, l.helm, "ferry", move...)
	l.holds("versitygw")
}

// The Job of a cutover is deleted while Helm waits for it: the alias stays. Helm 4 waits until its --timeout.
func TestTheJobVanishes(t *testing.T) {
	if !*full {
		t.Skip("Helm 4 waits for minutes: -full runs it")
	}
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			l := newLake(t, helm, "vanishes-"+helm)
			l.installed()
			from := l.active()
			p := l.start(l.t, l.helm, "ferry", l.ferryTo(l.other(from))...)
			l.await("a cutover that stops consumers", l.cutover("stopping"))
			l.crush("lake-cutover")
			if exit, _ := p.wait(l.t); exit == 0 {
				l.t.Error("the upgrade has succeeded")
			}
			l.holds(from)
			l.applied()
		})
	}
}

// crush removes a Job, and its pod without any grace.
func (l *lake) crush(job string) {
	l.t.Helper()
	now, background := int64(0), meta.DeletePropagationBackground
	pods := meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job}
	err := errors.Join(
		l.client.BatchV1().Jobs(l.namespace).Delete(l.t.Context(), job, meta.DeleteOptions{PropagationPolicy: &background}),
		l.client.CoreV1().Pods(l.namespace).DeleteCollection(l.t.Context(), meta.DeleteOptions{GracePeriodSeconds: &now}, pods),
	)
	if err != nil {
		l.t.Fatal(err)
	}
}
