package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/cli"
)

// play runs the demo with a temporary folder of its own, which has to be empty afterwards.
func play(ctx context.Context, t *testing.T) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var out, words bytes.Buffer
	code = cli.Main(ctx, "demo", cli.Streams{In: strings.NewReader(""), Out: &out, Err: &words}, nil, newRoot)
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		if strings.HasPrefix(entry.Name(), "ferry-demo-") {
			t.Errorf("%s is left behind", entry.Name())
		}
	}
	return code, out.String(), words.String()
}

func TestDemo(t *testing.T) {
	code, stdout, stderr := play(t.Context(), t)
	if code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for _, want := range []string{
		"Helm 3 and Helm 4 render the same 24 objects: 15 are the chart's, 9 are added by Ferry.",
		"Service/ilum-objectstorage ",
		"Job/ilum-migration-minio-to-versitygw-",
		"CronJob/ilum-mirror-offsite ",
		"$ ferry-hook migrate --config=/etc/ferry/ferry.yaml --source=http://127.0.0.1:",
		"ilum-data       61        11 MiB    61       1 composite-md5, 60 md5   equal",
		"DONE: migration from minio to versitygw: 7 buckets, 332 objects (18 MiB) proven equal at http://127.0.0.1:",
		"$ ferry-hook verify --config=/etc/ferry/ferry.yaml --source=http://127.0.0.1:",
		"ferry-hook verify ended with DONE: requireProof=false tells",
		"--set objectStorage.cutoverAcknowledged=true --set preUpgradeChecks.requireProof=false",
		"before   pods with app.kubernetes.io/instance=ilum, app.kubernetes.io/name=minio",
		"after    pods with app.kubernetes.io/instance=ilum, app.kubernetes.io/name=versitygw",
		"nothing is left behind.",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the demo does not show %q:\n%s", want, stdout)
		}
	}
	for _, secret := range []string{"lakehouse-demo", os.TempDir()} {
		if strings.Contains(stdout+stderr, secret) {
			t.Errorf("the demo shows %q:\n%s%s", secret, stdout, stderr)
		}
	}
}

func TestDemoThatIsInterruptedLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, stdout, stderr := play(ctx, t)
	if code == 0 || !strings.Contains(stderr, "demo: error: ") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
