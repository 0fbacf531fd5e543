package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/peers"
)

// yard is a folder with the programs that race.
type yard struct {
	dir       string
	stopwatch string
	peers     []peers.Peer
	barecopy  string
	engine    string
	memserver string
}

// newYard builds in dir, which is empty, what is not built yet; root is the repository.
func newYard(ctx context.Context, root, dir string) (*yard, error) {
	y := &yard{
		dir: dir, stopwatch: filepath.Join(dir, "stopwatch"),
		barecopy: filepath.Join(dir, "barecopy"), engine: filepath.Join(dir, "engine"),
		memserver: filepath.Join(dir, "memserver"),
	}
	for path, pkg := range map[string]string{
		y.stopwatch: "./internal/bench/stopwatch", y.barecopy: "./internal/bench/barecopy", y.engine: "./internal/bench/engine",
		y.memserver: "./internal/bench/memserver",
	} {
		environment := append(os.Environ(), "CGO_ENABLED=0")
		if _, err := output(ctx, root, environment, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg); err != nil {
			return nil, err
		}
	}
	var err error
	y.peers, err = peers.Find(ctx, os.Environ(), root, dir)

	return y, err
}

// command is how a program of a race is run.
func (y *yard) command(program string, pair peers.Pair) peers.Command {
	switch program {
	case bareCopy:
		return peers.Command{Path: y.barecopy, Args: []string{pair.Bucket}, Env: pair.Aliases()}
	case reference:
		return peers.Command{Path: y.engine, Args: []string{"-minio-go", pair.Bucket}, Env: pair.Aliases()}
	default:
		i := slices.IndexFunc(y.peers, func(p peers.Peer) bool { return p.Name == program })

		return y.peers[i].Mirror(pair)
	}
}

// race runs all programs over a course, and says what else the machine did meanwhile.
func (y *yard) race(ctx context.Context, progress io.Writer, c course, r road) (Race, []Run, error) {
	race := Race{Series: c.series, Servers: r.String(), Objects: c.objects, Bytes: c.bytes(), Date: time.Now().UTC().Format(time.DateOnly)}
	before, err := currentUsage()
	if err != nil {
		return race, nil, err
	}
	began := time.Now()
	runs, err := y.raceOver(ctx, c, r, &race)
	if err != nil {
		return race, nil, fmt.Errorf("%s, %s: %w", c.series, r, err)
	}
	after, err := currentUsage() // when the servers have ended, which it counts as this program's own
	if err != nil {
		return race, nil, err
	}
	race.Others = round(after.others(before))
	fmt.Fprintf(progress, "%s, %s: %.0f s; other work took %.0f %% of the processors meanwhile\n",
		c.series, r, time.Since(began).Seconds(), race.Others*100)

	return race, runs, nil
}

// raceOver lets all programs run in turn, round by round, another one first in each, so that what else
// the machine does meets all of them alike. Where Ferry misses a target, it also gets a profile.
func (y *yard) raceOver(ctx context.Context, c course, r road, race *Race) ([]Run, error) {
	source, err := y.launchFilled(ctx, r.source, c)
	if err != nil {
		return nil, err
	}
	defer source.end()
	destination := func() (*server, error) { return y.launchEmpty(ctx, r.destination) }
	if c.equal {
		kept, err := y.launchFilled(ctx, r.destination, c)
		if err != nil {
			return nil, err
		}
		defer kept.end()
		destination = func() (*server, error) { return kept.lent(), nil }
	}
	programs := c.entrants()
	runs := make([]Run, len(programs))
	for round := range c.rounds {
		for turn := range programs {
			i := (turn + round) % len(programs)
			runs[i].Series, runs[i].Servers, runs[i].Program = race.Series, race.Servers, programs[i]
			if err := y.run(ctx, c, source, destination, &runs[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", programs[i], err)
			}
		}
	}
	one := Races{Runs: runs}
	if !c.alone && slices.ContainsFunc(one.judge(*race), func(v Verdict) bool { return !v.Met }) {
		race.Profile, err = y.profile(ctx, source, destination)
	}

	return runs, err
}

// run lets a program copy once and adds what it took.
func (y *yard) run(ctx context.Context, c course, source *server, destination func() (*server, error), run *Run) error {
	to, err := destination()
	if err != nil {
		return err
	}
	defer to.end()
	syscall.Sync() // what the one before it has written is not this one's to wait for
	command := y.command(run.Program, peers.Pair{Source: source.S3, Destination: to.S3, Bucket: bucket})
	text, err := output(ctx, y.dir, append(command.Env, "PATH="+os.Getenv("PATH")), y.stopwatch,
		append([]string{os.DevNull, filepath.Join(y.dir, "stdout"), command.Path}, command.Args...)...)
	if err != nil {
		return err
	}
	var took struct {
		Seconds    float64 `json:"seconds"`
		CPUSeconds float64 `json:"cpuSeconds"`
		PeakBytes  int64   `json:"peakBytes"`
	}
	if err := json.Unmarshal([]byte(text), &took); err != nil {
		return fmt.Errorf("read the stopwatch: %w", err)
	}
	if !c.equal {
		if err := c.check(ctx, to.S3); err != nil {
			return err
		}
	}
	run.Seconds = append(run.Seconds, round(took.Seconds))
	run.CPUSeconds = append(run.CPUSeconds, round(took.CPUSeconds))
	run.PeakBytes = append(run.PeakBytes, took.PeakBytes)

	return nil
}
