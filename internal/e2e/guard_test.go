//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The guard's Job lets an upgrade pass that loses nothing, and refuses one that takes the store away.
// Where the StatefulSet controller would collect the claims, the guard has it let go before it
// refuses: an upgrade that runs no hooks then leaves them.
func TestGuard(t *testing.T) {
	t.Parallel()
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			if helm == "helm4" && !*full {
				t.Skip("TestLoss has Helm 4: -full runs both")
			}
			beside(t)
			l := newLake(t, helm, "guard-"+helm)
			l.install()
			l.ready("app.kubernetes.io/name=load", 1)
			before := l.claim("minio")

			upgrade := func(set ...string) (int, string) {
				return l.run(t, helm, "helm", l.line("upgrade", append(append(set, l.postRenderer()...), "--timeout=3m")...)...)
			}
			if exit, said := upgrade(); exit != 0 || !strings.Contains(said, "PASS: no claim of") {
				t.Fatalf("an upgrade that loses nothing exits with %d:\n%s", exit, said)
			}

			l.collect(before.Name)
			exit, said := upgrade("minio.enabled=false", "versitygw.enabled=true")
			if exit == 0 || !strings.Contains(said, "REFUSED: upgrade to revision 3 would garbage-collect 1 claim of minio ("+before.Name) {
				t.Errorf("an upgrade that takes the store away exits with %d:\n%s", exit, said)
			}
			if after := l.claim("minio"); after.UID != before.UID || len(after.OwnerReferences) != 0 {
				t.Errorf("the claim is not nobody's: %+v", after.ObjectMeta)
			}
			l.ready("app.kubernetes.io/name=minio", 1)

			// the rollback after a refusal drops no claim, whatever the refused revision has and has not
			exit, said = upgrade("minio.enabled=false", "versitygw.enabled=true", map[string]string{"helm3": "--atomic", "helm4": "--rollback-on-failure"}[helm])
			_, after, refused := strings.Cut(said, "REFUSED: upgrade to revision 4 would orphan 1 claim of minio ("+before.Name)
			if exit == 0 || !refused || !strings.Contains(after, "PASS: no claim of") || !strings.Contains(after, "has been rolled back") {
				t.Errorf("an atomic upgrade that is refused exits with %d:\n%s", exit, said)
			}
			if status := l.must(t, helm, "helm", "status", l.name, "--namespace", l.namespace); !strings.Contains(status, "STATUS: deployed\nREVISION: 5") {
				t.Errorf("it is not rolled back:\n%s", status)
			}

			if exit, said := upgrade("minio.enabled=false", "versitygw.enabled=true", "--no-hooks"); exit != 0 {
				t.Fatalf("an upgrade without hooks exits with %d:\n%s", exit, said)
			}
			l.ready("app.kubernetes.io/name=minio", 0)
			if after := l.claim("minio"); after.UID != before.UID || after.DeletionTimestamp != nil {
				t.Errorf("the claim did not survive an upgrade that nobody guarded: %+v", after.ObjectMeta)
			}
		})
	}
}

// claim is that of a store.
func (l *lake) claim(provider string) *core.PersistentVolumeClaim {
	l.t.Helper()
	claim, err := l.client.CoreV1().PersistentVolumeClaims(l.namespace).Get(l.t.Context(), "data-lake-"+provider+"-0", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}

	return claim
}

// collect has the claims of MinIO go with its StatefulSet, and waits until the controller has written
// that on them.
func (l *lake) collect(claim string) {
	l.t.Helper()
	patch := []byte(`{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete"}}}`)
	if _, err := l.client.AppsV1().StatefulSets(l.namespace).Patch(l.t.Context(), "lake-minio", types.MergePatchType, patch, meta.PatchOptions{}); err != nil {
		l.t.Fatal(err)
	}
	l.await(fmt.Sprintf("an owner of %s", claim), func(context.Context) error {
		if len(l.claim("minio").OwnerReferences) == 0 { //nolint:contextcheck // it has that of the test, which ends before
			return errors.New("it has none")
		}

		return nil
	})
}
