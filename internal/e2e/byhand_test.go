//go:build e2e

package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// The objects are brought over by mc while nothing runs. Helm may move the alias once Ferry has proven the copy, and
// not before.
func TestACopyOfOthersIsProven(t *testing.T) {
	if !*full {
		t.Skip("hooks/cutover tests what proves it: -full runs it")
	}
	l := newLake(t, "helm3", "by-hand")
	to := func(provider string) []string {
		config := l.configuration("  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: " + provider + "}\n")
		return l.line("upgrade", "--config="+config, "--install", "--wait", "ferry.enabled=false", "versitygw.enabled=true")
	}
	l.must(t, l.helm, "ferry", to("minio")...)
	l.begins()
	verify := "ferry verify minio versitygw --record lake --from minio --to versitygw --namespace " + l.namespace
	if out := l.mc(4, verify); !strings.Contains(out, "consumers run") {
		t.Errorf("consumers run, and it says:\n%s", out)
	}
	for _, consumer := range []string{"load", "notebook"} {
		l.scaleOf(consumer, 0)
		l.ready("app.kubernetes.io/name="+consumer, 0)
	}
	if exit, out := l.run(t, l.helm, "ferry", to("versitygw")...); exit != 4 || !strings.Contains(out, "no record proves that the objects are there") {
		t.Fatalf("nothing is proven, and the upgrade ends with %d", exit)
	}
	l.mc(4, verify)
	l.mc(0, "mc mb versitygw/"+bucket+" && mc mirror --quiet --overwrite minio/"+bucket+" versitygw/"+bucket)
	if out := l.mc(0, verify); !strings.Contains(out, "PROVEN: every object of minio is on versitygw") {
		t.Errorf("what it says is\n%s", out)
	}
	l.must(t, l.helm, "ferry", to("versitygw")...)
	if active := l.active(); active != "versitygw" {
		t.Fatalf("the alias selects %s", active)
	}
	l.scaleOf("notebook", 1)
	l.scale(1)
	l.begins()
	l.holds("versitygw")
}

// scaleOf is scale for a consumer of that name.
func (l *lake) scaleOf(consumer string, replicas int32) {
	l.t.Helper()
	deployments := l.client.AppsV1().Deployments(l.namespace)
	scale, err := deployments.GetScale(l.t.Context(), l.name+"-"+consumer, meta.GetOptions{})
	if err == nil {
		scale.Spec.Replicas = replicas
		_, err = deployments.UpdateScale(l.t.Context(), l.name+"-"+consumer, scale, meta.UpdateOptions{})
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// mc has a line of ferry and mc end with an exit code, for which the stores are aliases.
func (l *lake) mc(want int, line string) string {
	l.t.Helper()
	o := newOperator(l)
	mc, err := testworld.Program(l.t.Context(), "mc")
	if err != nil {
		l.t.Fatal(err)
	}
	for name, program := range map[string]string{"mc": mc, "ferry": l.ferry} {
		o.has(name, program)
	}
	var hosts string
	for _, provider := range []string{"minio", "versitygw"} {
		hosts += fmt.Sprintf("export MC_HOST_%s=http://%s:%s@%s\n", provider, accessKey, secretKey, l.host(provider))
	}
	exit, out := o.shell(hosts + line)
	if exit != want {
		l.t.Fatalf("%s: exit code %d, and %d was to be", line, exit, want)
	}

	return out
}
