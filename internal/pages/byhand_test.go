package pages

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestPathBManual has mc copy while no consumer runs, and Ferry prove it: the next upgrade moves the alias, and
// none without that proof does.
func TestPathBManual(t *testing.T) {
	testworld.Wide(t, "TestRecordByHand, and the script migrate-by-hand")
	t.Parallel()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			s := newStoreRoom(t, helm)
			s.installed(t)
			s.ferry(t, "upgrade"+onBoth)
			for _, bucket := range defaultBuckets {
				s.must(t, "mc", "mb", "-q", "copy/"+bucket)
				s.must(t, "mc", "mirror", "-q", "--preserve", "lake/"+bucket, "copy/"+bucket)
			}
			s.put(t, "lake/ilum-files/since", "written during the copy")
			const (
				verify      = "verify lake copy --record lake --from minio --to versitygw"
				acknowledge = "upgrade" + onBoth + "--set objectStorage.cutoverAcknowledged=true"
			)

			s.runs(t, "lake-notebook")
			_, err := s.typed(t, verify)
			refused(t, err, "exit status 4", "consumers run")
			s.must(t, "kubectl", "scale", "deployment/lake-notebook", "--replicas=0")
			s.must(t, "kubectl", "patch", "cronjob/lake-history", "-p", `{"spec":{"suspend":true}}`)
			s.must(t, "kubectl", "delete", "pod/lake-notebook-0a1b2c-x", "--grace-period=0", "--force")

			_, err = s.typed(t, verify)
			refused(t, err, "exit status 4", "since")
			_, err = s.typed(t, acknowledge)
			refused(t, err, "exit status 4", "no record proves")
			s.selects(t, "minio")

			s.must(t, "mc", "mirror", "-q", "--preserve", "--overwrite", "lake/ilum-files", "copy/ilum-files")
			if said := s.ferry(t, verify); !strings.Contains(said, "PROVEN: every object of minio is on versitygw") {
				t.Errorf("it says\n%s", said)
			}
			s.ferry(t, acknowledge)
			s.must(t, "kubectl", "scale", "deployment/lake-notebook", "--replicas=1")
			s.must(t, "kubectl", "patch", "cronjob/lake-history", "-p", `{"spec":{"suspend":false}}`)
			s.selects(t, "versitygw")
			s.holds(t, "copy/ilum-files/since", "written during the copy")
		})
	}
}

// runs makes the pod of a Deployment that its controllers would make.
func (s *storeRoom) runs(t *testing.T, deployment string) {
	t.Helper()
	err := server.Apply(t.Context(), s.client.Namespace, []byte(strings.ReplaceAll(`apiVersion: v1
kind: Pod
metadata:
  name: NAME-0a1b2c-x
  labels: {pod-template-hash: 0a1b2c}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: NAME-0a1b2c, uid: "1", controller: true}]
spec: {containers: [{name: it, image: it}]}
`, "NAME", deployment)))
	if err != nil {
		t.Fatal(err)
	}
}
