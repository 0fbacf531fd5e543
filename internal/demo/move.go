package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// move runs the migration of a release between two servers, and the proof.
func (w *workshop) move(ctx context.Context, s stage, r rendering) error {
	source, err := testworld.LaunchMinIO(ctx, filepath.Join(w.dir, "minio"))
	if err != nil {
		return err
	}
	defer source.Stop()
	destination, err := testworld.LaunchVersityGW(ctx, filepath.Join(w.dir, "versitygw"))
	if err != nil {
		return err
	}
	defer destination.Stop()
	if err := s.load(ctx, source.S3); err != nil {
		return err
	}
	j, err := w.jobOf(r, source.S3, destination.S3)
	if err != nil {
		return err
	}
	s.say("The Job of the release runs ferry-hook; only the addresses are those of this machine.")
	for _, verb := range []string{j.verb, "verify"} {
		s.say("")
		if err := w.hookRun(ctx, s, verb, j); err != nil {
			return err
		}
	}
	return nil
}

// load fills a server.
func (s stage) load(ctx context.Context, server testworld.S3) error {
	client, err := server.Client()
	if err != nil {
		return err
	}
	objects := cargo.Objects()
	if err := cargo.Load(ctx, client, objects); err != nil {
		return err
	}
	size, parts, described := 0, 0, 0
	for _, o := range objects {
		size += o.Size
		if o.Parts > 0 {
			parts++
		}
		if len(o.Tags)+len(o.Metadata) > 0 {
			described++
		}
	}
	s.say("MinIO holds %d buckets with %d objects (%s): %d with tags or metadata, %d uploaded in parts.",
		len(cargo.Buckets()), len(objects), humanize.IBytes(uint64(size)), described, parts)
	return nil
}

// job is what the migration Job of a release runs, with addresses of this machine in the place of
// those that the cluster would know.
type job struct {
	verb        string
	args        []string
	environment []string
}

func (w *workshop) jobOf(r rendering, source, destination testworld.S3) (job, error) {
	o, err := r.ferried.labelled("Job", component, "migration")
	if err != nil {
		return job{}, err
	}
	config, err := r.ferried.labelled("ConfigMap", "helm-ferry.dev/config", "true")
	if err != nil {
		return job{}, err
	}
	file := filepath.Join(w.dir, "ferry.yaml")
	if err := os.WriteFile(file, []byte(config.String("data", "ferry.yaml")), 0o600); err != nil {
		return job{}, fmt.Errorf("write the configuration: %w", err)
	}
	container := o.Node("spec", "template", "spec", "containers").Content[0]
	here := map[string]string{"--config": file, "--source": source.Endpoint, "--destination": destination.Endpoint}
	var j job
	for i, arg := range manifest.Lookup(container, "args").Content {
		flag, _, _ := strings.Cut(arg.Value, "=")
		switch value, known := here[flag]; {
		case i == 0:
			j.verb = arg.Value
		case known:
			j.args = append(j.args, flag+"="+value)
		default:
			return job{}, fmt.Errorf("%s has the argument %s, which means nothing here", o.Title(), arg.Value)
		}
	}
	keys := map[string]string{
		"FERRY_SOURCE_ACCESS_KEY": source.AccessKey, "FERRY_SOURCE_SECRET_KEY": source.SecretKey,
		"FERRY_DESTINATION_ACCESS_KEY": destination.AccessKey, "FERRY_DESTINATION_SECRET_KEY": destination.SecretKey,
	}
	for _, variable := range manifest.Lookup(container, "env").Content {
		name := manifest.Scalar(manifest.Lookup(variable, "name"))
		value, known := keys[name]
		if !known {
			return job{}, fmt.Errorf("%s has the variable %s, which means nothing here", o.Title(), name)
		}
		j.environment = append(j.environment, name+"="+value)
	}
	return j, nil
}

// hookRun runs ferry-hook and shows its report and its verdict, the end of what it says.
func (w *workshop) hookRun(ctx context.Context, s stage, verb string, j job) error {
	shown := strings.ReplaceAll(strings.Join(j.args, " "), w.dir, "/etc/ferry")
	s.command("ferry-hook", verb, shown)
	cmd := exec.CommandContext(ctx, w.hook, append([]string{verb}, j.args...)...)
	cmd.Env = j.environment
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGTERM) }, 15*time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	s.quote(stdout.String())
	said := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	if err != nil {
		return fmt.Errorf("ferry-hook %s: %w\n%s", verb, err, strings.Join(said, "\n"))
	}
	s.say("%s", said[len(said)-1])
	return nil
}
