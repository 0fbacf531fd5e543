//go:build e2e

package e2e_test

import (
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The first pass of a migration copies while the application goes on writing; with the application
// stopped, another one makes both stores equal.
func TestFirstPass(t *testing.T) {
	if !*full {
		t.Skip("TestMigrate has a first pass too: -full runs it")
	}
	t.Parallel()
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			t.Parallel()
			l := newLake(t, helm, "first-"+helm)
			l.install("versitygw.enabled=true", "migration.minioToVersitygw.enabled=true")
			l.ready("app.kubernetes.io/name=load", 1)
			l.await("the first pass", l.jobDone("app.kubernetes.io/component=migration"))
			l.goOn()
			scale := l.client.AppsV1().Deployments(l.namespace)
			now, err := scale.GetScale(t.Context(), "lake-load", meta.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			now.Spec.Replicas = 0
			if _, err := scale.UpdateScale(t.Context(), "lake-load", now, meta.UpdateOptions{}); err != nil {
				t.Fatal(err)
			}
			l.ready("app.kubernetes.io/name=load", 0)
			written, present := l.ledger().Keys()
			if faults := l.ledger().Check(l.contents("minio")); len(faults) > 0 || written < 20 {
				t.Errorf("of %d keys, %d present: %v", written, present, faults)
			}
			if n := len(l.contents("versitygw")); n == 0 {
				t.Error("the first pass copied nothing")
			}
		})
	}
}
