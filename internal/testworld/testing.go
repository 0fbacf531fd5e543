package testworld

import (
	"context"
	"flag"
	"hash/crc32"
	"os"
	"testing"
)

// Full tells whether everything is to be run: with FERRY_TESTS=full, as make test-full has it, and with -update, so
// that what is written anew is written anew as a whole.
func Full() bool {
	update := flag.Lookup("update")

	return os.Getenv("FERRY_TESTS") == "full" || update != nil && update.Value.String() == "true"
}

// Wide leaves a test to make test-full: one that goes at length through what make test and make e2e show in short, or
// that is about a tool beside them. shown says where.
func Wide(t testing.TB, shown string) {
	t.Helper()
	if !Full() {
		t.Skip("left to make test-full; shown by " + shown)
	}
}

// Helms are the Helms that a test runs with which says the same of both, by their majors: both where everything is
// run (see Full), and else the one that falls to what the test is called.
func Helms(t testing.TB, name string) map[string]string {
	t.Helper()
	helms := map[string]func(testing.TB) string{"3": Helm3, "4": Helm4}
	if !Full() {
		delete(helms, string("43"[crc32.ChecksumIEEE([]byte(name))>>8%2]))
	}
	paths := map[string]string{}
	for major, helm := range helms {
		paths[major] = helm(t)
	}

	return paths
}

// Helm3 returns the path of Helm 3.
func Helm3(t testing.TB) string {
	t.Helper()

	return program(t, "helm3")
}

// Helm4 returns the path of Helm 4.
func Helm4(t testing.TB) string {
	t.Helper()

	return program(t, "helm4")
}

// Built returns the path of a program of this module, such as ./cmd/ferry-hook; see Build.
func Built(t testing.TB, pkg string) string {
	t.Helper()
	path, err := Build(t.Context(), t.TempDir(), pkg)
	if err != nil {
		t.Fatal(err)
	}

	return path
}

// Kustomize returns the path of kustomize.
func Kustomize(t testing.TB) string {
	t.Helper()

	return program(t, "kustomize")
}

// Kubectl returns the path of kubectl.
func Kubectl(t testing.TB) string {
	t.Helper()

	return program(t, "kubectl")
}

// MC returns the path of MinIO's client.
func MC(t testing.TB) string {
	t.Helper()

	return program(t, "mc")
}

// Rclone returns the path of rclone, which copies between stores and serves S3.
func Rclone(t testing.TB) string {
	t.Helper()

	return program(t, "rclone")
}

func program(t testing.TB, name string) string {
	t.Helper()
	path, err := Program(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}

	return path
}

// StartMinIO has a MinIO without buckets until the test ends. It may be one that is lent; see Lend.
func StartMinIO(t testing.TB) S3 {
	t.Helper()
	server, giveBack, err := borrowMinIO(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if server != nil {
		end(t, giveBack, server.process)

		return server.S3
	}

	return startS3(t, LaunchMinIO)
}

// StartVersityGW runs the Versity S3 gateway until the test ends.
func StartVersityGW(t testing.TB) S3 {
	t.Helper()

	return startS3(t, LaunchVersityGW)
}

// StartRclone runs rclone as an S3 server until the test ends.
func StartRclone(t testing.TB) S3 {
	t.Helper()

	return startS3(t, LaunchRclone)
}

func startS3(t testing.TB, launch func(context.Context, string) (*S3Server, error)) S3 {
	t.Helper()
	server, err := launch(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	end(t, server.Stop, server.process)

	return server.S3
}

// StartAPIServer has a Kubernetes API server until the test ends; see
// LaunchAPIServer for what it has and what it lacks.
func StartAPIServer(t testing.TB) Cluster {
	t.Helper()
	server, err := LaunchAPIServer(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	end(t, server.Stop, server.processes...)

	return server.Cluster
}

// end stops a server after the test and, when the test failed, shows the end of
// the logs of its processes.
func end(t testing.TB, stop func(), processes ...*process) {
	t.Helper()
	t.Cleanup(func() {
		stop()
		if !t.Failed() {
			return
		}
		for _, p := range processes {
			t.Logf("end of the log of %s:\n%s", p.name, p.tail())
		}
	})
}
