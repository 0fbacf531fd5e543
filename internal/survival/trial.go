package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

const bucket = "cargo"

// patience is how long a program may take for what takes it seconds on a good day.
const patience = 3 * time.Minute

// scenario is one condition, and what is expected of a mirror that meets it.
type scenario struct {
	name  string
	title string
	about string // for the page

	remove    bool // the mirror also removes what the source does not have
	refusal   bool // to change nothing and to say so is as right as to do it
	interrupt int  // the program is killed when so many objects have arrived, and started again

	source, destination quirky.Quirks
	prepare             func(*trial) error // fills the buckets and sets accidents
}

// trial is a scenario that is played for one program.
type trial struct {
	source, destination *side
	wanted              map[string][]quirky.Digest // what each key may have at the end
	attributes          bool                       // whether they are compared too
}

// side is a server with the accidents of a scenario before it. They are set before it starts.
type side struct {
	*quirky.Server

	fault  func(quirky.Call) quirky.Fault // what goes wrong with a request
	meets  func(quirky.Call)              // is told of a request before it is dealt with
	refuse func(*http.Request) refusal    // is asked about a request before anything else
	calm   atomic.Bool                    // ends all accidents
}

func newSide(quirks quirky.Quirks) *side {
	s := &side{}
	s.Server = quirky.New(quirky.Config{
		Quirks: quirks,
		Fault: func(c quirky.Call) quirky.Fault {
			if s.fault == nil || s.calm.Load() {
				return quirky.None
			}

			return s.fault(c)
		},
		Watch: func(c quirky.Call, stage quirky.Stage) {
			if s.meets != nil && stage == quirky.Arrived && !s.calm.Load() {
				s.meets(c)
			}
		},
	})
	s.CreateBucket(bucket)

	return s
}

// ServeHTTP implements http.Handler.
func (s *side) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.refuse != nil && !s.calm.Load() {
		if answer := s.refuse(r); answer.status != 0 {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(answer.status)
			fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>refused</Message></Error>`, answer.code)

			return
		}
	}
	s.Server.ServeHTTP(w, r)
}

// refusal is an answer in place of the server's.
type refusal struct {
	status int
	code   string
}

// serve returns how to reach the server, until the context ends.
func (s *side) serve(ctx context.Context) (testworld.S3, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return testworld.S3{}, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()

	return testworld.S3{
		Endpoint: "http://" + listener.Addr().String(), Region: "us-east-1",
		AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey,
	}, nil
}

// put writes an object at a side, and has it be wanted when it is the source.
func (t *trial) put(at *side, key, content string) error {
	if at == t.source {
		t.wanted[key] = append(t.wanted[key], sha256.Sum256([]byte(content)))
	}

	return at.Put(bucket, key, quirky.Object{Parts: [][]byte{[]byte(content)}})
}

// try plays the scenario for a program.
func (s scenario) try(ctx context.Context, p peers.Peer) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	outcome := Outcome{Case: s.name, Program: p.Name}
	t := &trial{source: newSide(s.source), destination: newSide(s.destination), wanted: map[string][]quirky.Digest{}}
	if err := s.prepare(t); err != nil {
		return outcome, fmt.Errorf("prepare: %w", err)
	}
	before := t.destination.Contents(bucket)
	pair := peers.Pair{Bucket: bucket}
	var err error
	if pair.Source, err = t.source.serve(ctx); err != nil {
		return outcome, err
	}
	if pair.Destination, err = t.destination.serve(ctx); err != nil {
		return outcome, err
	}
	command := p.Mirror(pair)
	if s.remove {
		command = p.MirrorAndRemove(pair)
	}
	if t.attributes {
		command = p.MirrorAttributes(pair)
	}
	if s.interrupt > 0 {
		if err := t.kill(ctx, command, s.interrupt); err != nil {
			return outcome, err
		}
		outcome.count(t.wanted, t.destination.Contents(bucket), before)
		outcome.TornByKill, outcome.Right, outcome.Missing, outcome.Wrong, outcome.Removed = outcome.Wrong, 0, 0, 0, 0
	}
	if outcome.Exit, outcome.Said, err = execute(ctx, command); err != nil {
		return outcome, err
	}
	t.source.calm.Store(true)
	t.destination.calm.Store(true)
	outcome.count(t.wanted, t.destination.Contents(bucket), before)
	if t.attributes {
		outcome.Lost, err = t.lost(ctx, pair)
	}
	outcome.Verdict = outcome.judge(s)

	return outcome, err
}

// execute runs a program to its end. The exit code of one that loses all time is -1.
func execute(ctx context.Context, c peers.Command) (exit int, said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env = c.Env
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return 0, "", err
	}

	return cmd.ProcessState.ExitCode(), string(out), nil
}

// kill starts a program and kills it when so many objects have arrived.
func (t *trial) kill(ctx context.Context, c peers.Command, arrived int) error {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env = c.Env
	var count atomic.Int64
	t.destination.meets = func(call quirky.Call) {
		if call.Op == "PutObject" && call.Bucket == bucket && count.Add(1) == int64(arrived) {
			_ = cmd.Process.Signal(syscall.SIGKILL)
		}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := cmd.Wait(); err == nil {
		return fmt.Errorf("ended after %d objects, before it was killed", count.Load())
	}

	return nil
}

// count compares the destination with what it should hold and with what it held before.
func (o *Outcome) count(wanted map[string][]quirky.Digest, got, before map[string]quirky.Digest) {
	o.Wanted = len(wanted)
	for key, digests := range wanted {
		digest, there := got[key]
		switch _, was := before[key]; {
		case there && slices.Contains(digests, digest):
			o.Right++
		case there && digest == before[key]:
			o.Stale++
		case there:
			o.Wrong++
		case was:
			o.Removed++
		default:
			o.Missing++
		}
	}
	for key := range maps.Keys(got) {
		if _, was := before[key]; !was && wanted[key] == nil && !strings.HasPrefix(key, ".ferry") {
			o.Extra++
		}
	}
	o.Changed = !maps.Equal(before, got)
}
