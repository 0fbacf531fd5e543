package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

// phase is what a run is doing when it is killed.
type phase string

var phases = []phase{"listing", "small copies", "parts", "complete", "trash", "delete", "state"}

// phaseOf tells by a request what the run is doing.
func phaseOf(call quirky.Call) phase {
	switch {
	case call.Bucket == mirror.DefaultStateBucket && strings.HasPrefix(call.Key, "trash/"):
		return "trash"
	case call.Bucket == mirror.DefaultStateBucket:
		return "state"
	case strings.HasPrefix(call.Op, "List"):
		return "listing"
	case call.Op == "DeleteObject" || call.Op == "DeleteObjects":
		return "delete"
	case call.Op == "CompleteMultipartUpload":
		return "complete"
	case call.Op == "CreateMultipartUpload" || call.Op == "UploadPart" || call.Part > 0:
		return "parts"
	default:
		return "small copies"
	}
}

// killer kills a process at the n-th request of a phase.
type killer struct {
	phase phase
	n     int // 0: never
	stage quirky.Stage

	mu      sync.Mutex
	seen    map[phase]int
	process *os.Process
	dead    chan struct{} // closed when the process is gone
	done    bool          // it was killed
}

func (k *killer) watch(call quirky.Call, stage quirky.Stage) {
	k.mu.Lock()
	at := phaseOf(call)
	if stage == quirky.Arrived {
		k.seen[at]++
	}
	hit := k.n > 0 && !k.done && at == k.phase && k.seen[at] >= k.n && stage == k.stage && k.process != nil
	if !hit {
		k.mu.Unlock()

		return
	}
	k.done = true
	_ = k.process.Kill()
	dead := k.dead
	k.mu.Unlock()
	<-dead
}

// start begins a run of the program; the function that it returns waits for its end.
func (k *killer) start(ctx context.Context, program string, w *world) (func() error, error) {
	host := func(url string) string {
		return strings.Replace(url, "://", "://"+quirky.AccessKey+":"+quirky.SecretKey+"@", 1)
	}
	cmd := exec.CommandContext(ctx, program, "mirror", "src", "dst",
		"--buckets", bucket, "--remove", "--adopt", "--max-delete", "100%", "--workers", "8")
	cmd.Env = []string{"MC_HOST_src=" + host(w.srcURL), "MC_HOST_dst=" + host(w.dstURL), "HOME=" + filepath.Dir(program)}
	var out strings.Builder
	cmd.Stderr = &out
	k.mu.Lock()
	defer k.mu.Unlock()
	dead := make(chan struct{})
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	k.process, k.dead = cmd.Process, dead

	return func() error {
		err := cmd.Wait()
		close(dead)
		if err != nil {
			return fmt.Errorf("%w: %s", err, out.String())
		}

		return nil
	}, nil
}

// killAll kills the program many times, each phase as often as the others.
func killAll(ctx context.Context, log io.Writer, opts options, res *results) error {
	folder, err := os.MkdirTemp("", "ferry-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "ferry")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/helm-ferry/ferry/cmd/ferry").CombinedOutput(); err != nil {
		return fmt.Errorf("build ferry: %w: %s", err, out)
	}
	var faults []error
	for i := range opts.kills {
		seed := opts.seed + uint64(i)
		at := phases[seed%uint64(len(phases))]
		strays, when, err := kill(ctx, program, seed, at)
		switch {
		case err != nil:
			err = fmt.Errorf("kill of seed %d while %s: %w", seed, at, err)
			faults = append(faults, err)
			fmt.Fprintf(log, "FAILED %v\nrepeat it: go run ./internal/soak -seed %d -accidents 0 -kills 1\n", err, seed)
		default:
			fmt.Fprintf(log, "seed %d: killed while %s, at request %d (%s)\n", seed, at, when.Request, when.Stage)
			res.Kills[at]++
			res.Killed = append(res.Killed, when)
			res.Strays += strays
		}
		if (i+1)%10 == 0 {
			fmt.Fprintf(log, "%d trials with a kill: %v\n", i+1, res.Kills)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}

	return errors.Join(faults...)
}

// stageNames are what the results call the stages of a request.
var stageNames = map[quirky.Stage]string{quirky.Arrived: "arrived", quirky.Effect: "done and not answered"}

var errNotReached = errors.New("the run ended before it could be killed")

// kill kills one run and demands that the next one finishes its work. It returns how many
// uploads are left behind.
func kill(ctx context.Context, program string, seed uint64, at phase) (int, killed, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	measure := &killer{seen: map[phase]int{}}
	w, err := newWorld(ctx, seed, quirky.Config{Watch: measure.watch}, quirky.Config{Watch: measure.watch}, true)
	if err != nil {
		return 0, killed{}, err
	}
	if err := w.finish(ctx, measure, program); err != nil {
		return 0, killed{}, fmt.Errorf("run that is not killed: %w", err)
	}
	random := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // chance
	k := &killer{phase: at, seen: map[phase]int{}, stage: quirky.Arrived}
	if at != "listing" && random.IntN(2) == 0 {
		k.stage = quirky.Effect
	}
	if measure.seen[at] == 0 {
		return 0, killed{}, fmt.Errorf("no request is made in this phase")
	}
	k.n = 1 + random.IntN(measure.seen[at])
	for ; k.n > 0; k.n /= 2 {
		strays, err := k.try(ctx, program, seed)
		if !errors.Is(err, errNotReached) {
			return strays, killed{seed, at, k.n, stageNames[k.stage]}, err
		}
	}

	return 0, killed{}, errNotReached
}

func (k *killer) try(ctx context.Context, program string, seed uint64) (int, error) {
	clear(k.seen)
	w, err := newWorld(ctx, seed, quirky.Config{Watch: k.watch}, quirky.Config{Watch: k.watch}, true)
	if err != nil {
		return 0, err
	}
	wait, err := k.start(ctx, program, w)
	if err != nil {
		return 0, err
	}
	_ = wait()
	if !k.done {
		return 0, errNotReached
	}
	if err := w.whole(); err != nil {
		return 0, fmt.Errorf("killed at request %d: %w", k.n, err)
	}
	if err := w.finish(ctx, k, program); err != nil {
		return 0, fmt.Errorf("run after a kill at request %d: %w", k.n, err)
	}

	return len(w.dst.Uploads(bucket)) + len(w.dst.Uploads(mirror.DefaultStateBucket)), nil
}

// finish runs the program to its end, and demands that all is well then.
func (w *world) finish(ctx context.Context, k *killer, program string) error {
	wait, err := k.start(ctx, program, w)
	if err != nil {
		return err
	}
	if err := wait(); err != nil {
		return err
	}
	if err := w.whole(); err != nil {
		return err
	}

	return w.equal()
}
