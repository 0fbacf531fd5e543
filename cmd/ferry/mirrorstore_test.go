package main

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestStoreScripts runs the scripts under testdata/stores, each beside two servers of its own: MinIO,
// which mc and ferry know as lake, and an empty Versity gateway, copy. LAKE and COPY are their
// addresses; LAKE_ACCESS, LAKE_SECRET, COPY_ACCESS and COPY_SECRET are their keys. LAKE_TLS is another
// address of lake, whose certificate is lake.crt. Beside the commands of the other scripts they have
//
//	put STORE/BUCKET[/KEY TEXT [HEADER=VALUE…]]
//	hushed
//
// The first one makes the bucket and writes an object; the second one fails when the last command has
// shown a secret key.
func TestStoreScripts(t *testing.T) {
	t.Parallel()
	mc := testworld.MC(t)
	testscript.Run(t, testscript.Params{
		Setup:               func(env *testscript.Env) error { return startStores(t.Context(), env, mc) },
		Dir:                 "testdata/stores",
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "put": putObject(t.Context()), "hushed": hushed},
		UpdateScripts:       golden.Update(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

func startStores(ctx context.Context, env *testscript.Env, mc string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	servers := filepath.Join(env.WorkDir, ".servers")
	for name, launch := range map[string]func(context.Context, string) (*testworld.S3Server, error){
		"lake": testworld.LaunchMinIO, "copy": testworld.LaunchVersityGW,
	} {
		dir := filepath.Join(servers, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		server, err := launch(ctx, dir)
		if err != nil {
			return err
		}
		env.Defer(server.Stop)
		address, upper := strings.TrimPrefix(server.Endpoint, "http://"), strings.ToUpper(name)
		env.Setenv("MC_HOST_"+name, "http://"+server.AccessKey+":"+server.SecretKey+"@"+address)
		env.Setenv(upper, server.Endpoint)
		env.Setenv(upper+"_ACCESS", server.AccessKey)
		env.Setenv(upper+"_SECRET", server.SecretKey)
	}
	if err := serveTLS(env); err != nil {
		return err
	}
	env.Setenv("PATH", filepath.Dir(mc)+string(filepath.ListSeparator)+env.Getenv("PATH"))
	passRaceOptions(env)
	env.Setenv("MC_CONFIG_DIR", filepath.Join(env.WorkDir, ".mc"))
	return nil
}

// serveTLS puts a proxy with a certificate of its own in front of lake.
func serveTLS(env *testscript.Env) error {
	target, err := url.Parse(env.Getenv("LAKE"))
	if err != nil {
		return err
	}
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
	}})
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that do not like the certificate
	server.StartTLS()
	env.Defer(server.Close)
	env.Setenv("LAKE_TLS", server.URL)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return os.WriteFile(filepath.Join(env.WorkDir, "lake.crt"), certificate, 0o600)
}

func putObject(ctx context.Context) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) { write(ctx, ts, neg, args) }
}

func write(ctx context.Context, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: put STORE/BUCKET[/KEY TEXT [HEADER=VALUE…]]")
	}
	store, path, _ := strings.Cut(args[0], "/")
	bucket, key, _ := strings.Cut(path, "/")
	upper := strings.ToUpper(store)
	server := testworld.S3{Endpoint: ts.Getenv(upper), AccessKey: ts.Getenv(upper + "_ACCESS"), SecretKey: ts.Getenv(upper + "_SECRET")}
	client, err := server.Client()
	ts.Check(err)
	exists, err := client.BucketExists(ctx, bucket)
	if err == nil && !exists {
		err = client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{})
	}
	ts.Check(err)
	if len(args) == 1 {
		return
	}
	headers := map[string]string{}
	for _, header := range args[2:] {
		name, value, _ := strings.Cut(header, "=")
		headers[name] = value
	}
	_, err = client.PutObject(ctx, bucket, key, strings.NewReader(args[1]), int64(len(args[1])), minio.PutObjectOptions{UserMetadata: headers})
	ts.Check(err)
}

func hushed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: hushed")
	}
	shown := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, name := range []string{"LAKE_SECRET", "COPY_SECRET"} {
		if strings.Contains(shown, ts.Getenv(name)) {
			ts.Fatalf("the value of %s was shown", name)
		}
	}
}

func TestRegionOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://s3.eu-west-1.amazonaws.com":             "eu-west-1",
		"https://s3-eu-west-1.amazonaws.com/":            "eu-west-1",
		"https://s3.dualstack.ap-south-2.amazonaws.com":  "ap-south-2",
		"https://bucket.s3.us-gov-west-1.amazonaws.com":  "us-gov-west-1",
		"https://s3.cn-north-1.amazonaws.com.cn:443":     "cn-north-1",
		"https://s3.amazonaws.com":                       "",
		"https://s3.eu-central-2.wasabisys.com":          "eu-central-2",
		"https://s3.us-west-004.backblazeb2.com":         "us-west-004",
		"https://s3.eu-west-1.amazonaws.com.example.com": "",
		"https://example.com/s3.eu-west-1.amazonaws.com": "",
		"http://lake-minio:9000":                         "",
	} {
		if got := regionOf(address); got != want {
			t.Errorf("%s is in %q, want %q", address, got, want)
		}
	}
}

// TestBandwidth has the lowest limit win: every byte that is read is written.
func TestBandwidth(t *testing.T) {
	for want, limits := range map[int64][]config.Bandwidth{0: {0, 0, 0}, 5: {5, 0, 0}, 3: {0, 4, 3}, 2: {2, 4, 3}} {
		if got := bandwidth(limits...); got != want {
			t.Errorf("of %v, %d is the limit, want %d", limits, got, want)
		}
	}
}
