//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The pod of the cutover is killed at moments of chance: each time the upgrade fails, and the alias stays. The
// consumers come back by themselves, and the upgrade after that moves everything: to the other store and, with
// -full, back. A cutover that is done before it can be killed does not count, and the next one moves back. An outsider
// writes between the cutovers, and as soon as one has proven its copy.
func TestKilledCutover(t *testing.T) {
	t.Parallel()
	kills := map[string]map[string]int{"helm4": {"there": 3}}
	if *full {
		kills = map[string]map[string]int{"helm3": {"there": 10, "back": 10}, "helm4": {"there": 10, "back": 10}}
	}
	for helm, kills := range kills {
		t.Run(helm, func(t *testing.T) {
			beside(t)
			var mu sync.Mutex
			results := map[string]any{}
			t.Run("kills", func(t *testing.T) {
				for way, n := range kills {
					t.Run(way, func(t *testing.T) {
						beside(t)
						result := newLake(t, helm, "kill-"+helm+"-"+way).killedOften(way, n)
						mu.Lock()
						defer mu.Unlock()
						results[way] = result
					})
				}
			})
			if *full && !t.Failed() && len(results) == len(kills) {
				writeResults(t, "kills-"+helm+".json", results)
			}
		})
	}
}

// killedOften has a number of cutovers killed on the way from MinIO, or on the way back to it.
func (l *lake) killedOften(way string, kills int) any {
	t := l.t
	seed := map[string]uint64{"there": 1, "back": 2}[way]
	if !*full {
		seed = 20 // has one from the beginning of each state on
	}
	t.Logf("seed %d", seed)
	s := &victim{lake: l, random: rand.New(rand.NewPCG(seed, 1))}
	l.prepared()
	if way == "back" {
		if exit, _ := s.moves(); exit != 0 {
			t.Fatalf("the move from which there is a way back ends with %d", exit)
		}
		l.holds(l.second)
	}
	s.comes()
	s.killedTimes(kills)
	l.broughtBack(5 * time.Minute)
	from := l.active()
	l.holds(from)
	to := l.other(from)
	exit, out := l.beside(s.outside, s.moves)
	if exit != 0 {
		t.Fatalf("the upgrade after all kills ended with %d", exit)
	}
	s.outside.late(out)
	l.holds(to)
	s.goes(from, out)
	l.holds(to)
	written, present := l.ledger().Keys()

	return map[string]any{"seed": seed, "kills": s.done, "keysWritten": written, "objectsProven": present}
}

// victim is a release whose cutovers are killed, while an outsider writes.
type victim struct {
	*lake

	random  *rand.Rand
	outside *outsider
	came    int
	done    []kill
}

// comes has another outsider write.
func (s *victim) comes() {
	s.outside = s.outsider(fmt.Sprintf("outsider-%d", s.came))
	s.came++
}

// goes ends the outsider after a cutover, and with it what was written to the store that the consumers have left.
func (s *victim) goes(from, cutover string) {
	to := s.other(from)
	s.leaves(s.outside, from, cutover, func() (int, string) {
		return s.upgrade("activeProvider: "+to, from+".enabled=false", to+".enabled=true")
	})
	if exit, _ := s.upgrade("activeProvider: "+to, "versitygw.enabled=true"); exit != 0 {
		s.t.Fatalf("an upgrade that has both stores again ends with %d", exit)
	}
	s.ready("app.kubernetes.io/name="+from, 1)
}

// moves upgrades the release to the other store, with a bare Helm 4 or with Ferry under Helm 3.
func (s *victim) moves() (int, string) {
	s.from = s.active() // the configuration says which way, or a first pass would copy the other way round
	to := s.other(s.from)

	return s.upgrade("activeProvider: "+to, "versitygw.enabled=true")
}

// killedTimes has a number of cutovers killed, one after the other.
func (s *victim) killedTimes(kills int) {
	t := s.t
	for n, tries := len(s.done)+kills, 0; len(s.done) < n; tries++ {
		if tries == 3*kills {
			t.Fatalf("of %d cutovers, most could not be killed", tries)
		}
		from := s.active()
		since := states[s.random.IntN(len(states))]
		after := time.Duration(s.random.Int64N(int64(since.lasts))).Round(time.Millisecond)
		k := kill{N: len(s.done) + 1, Since: since.name, After: after.String()}
		killed := make(chan error, 1)
		ctx, over := context.WithCancel(t.Context())
		go func() { killed <- s.kill(ctx, "lake-cutover", &k) }()
		var out string
		k.Exit, out = s.beside(s.outside, s.moves)
		over()
		if err := <-killed; err != nil {
			t.Fatal(err)
		}
		k.Active = s.active()
		if k.State == "" && k.Active == from {
			t.Fatalf("nobody has killed the cutover, and the upgrade ended with %d", k.Exit)
		}
		if k.State == "" || k.Exit == 0 || strings.Contains(out, "PROVEN: ") {
			t.Logf("%s after it was %s it was over before it could be killed", k.After, k.Since)
			if k.Active != from {
				s.goes(from, out)
				s.comes()
			}

			continue
		}
		s.done = append(s.done, k)
		t.Logf("%+v", k)
		if k.Active != from {
			t.Fatalf("the upgrade failed, and the alias selects %s", k.Active)
		}
	}
}

// kill is one that happened: how long after the cutover came to a state, and what came of the upgrade.
type kill struct {
	N int `json:"n"`
	// Since is the state from which on it waited: preflight, stopping or proven.
	Since string `json:"since"`
	After string `json:"after"`
	// State is that of the cutover when its pod was killed. It is empty if it was not.
	State  string `json:"state"`
	Exit   int    `json:"exit"`
	Active string `json:"active"`
}

type state struct {
	name  string
	lasts time.Duration
}

// states are those of a cutover, one after the other, and for how long a kill may wait in them. Once it is proven
// there is no time left.
var states = []state{
	{"preflight", 1500 * time.Millisecond}, {"stopping", 3 * time.Second}, {"proven", time.Millisecond},
}

// kill ends the pod of a Job by force, some time after the cutover that it runs has come to a state, or nothing if
// that is over before.
func (l *lake) kill(ctx context.Context, job string, k *kill) error {
	delay, err := time.ParseDuration(k.After)
	if err != nil {
		return err
	}
	for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		pods, err := l.client.CoreV1().Pods(l.namespace).List(ctx, meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.Status.Phase != core.PodRunning || pod.DeletionTimestamp != nil {
				continue
			}
			began := pod.CreationTimestamp.Time
			state := func() string { return l.stateOfCutover(ctx, began) }
			switch {
			case k.Since != "preflight" && state() == "preflight", k.Since == "proven" && !l.verifies(ctx, pod.Name):
				continue
			case k.Since == "proven":
				if met, err := slowly(ctx, pod.Name, func() bool { return state() == "proven" }); err != nil || !met {
					return err
				}
			default:
				time.Sleep(delay)
			}
			at, now := state(), int64(0)
			switch err := l.client.CoreV1().Pods(l.namespace).Delete(ctx, pod.Name, meta.DeleteOptions{GracePeriodSeconds: &now}); {
			case err == nil:
				k.State = at
			case !apierrors.IsNotFound(err) && ctx.Err() == nil:
				return err
			}

			return nil
		}
	}

	return nil //nolint:nilerr // the cutover is over
}

// verifies tells whether the second pass of a cutover is over: slowed from the start, it would miss its deadline.
func (l *lake) verifies(ctx context.Context, pod string) bool {
	log, err := l.client.CoreV1().Pods(l.namespace).GetLogs(pod, &core.PodLogOptions{}).DoRaw(ctx)

	return err == nil && bytes.Contains(log, []byte("step=verify"))
}

// slowly has the process of a pod run for moments, between which it stands still, until something is so while it stands
// still, which it tells, or the process is over. The last moments of a program can be met like this.
func slowly(ctx context.Context, pod string, until func() bool) (met bool, err error) {
	process, err := processOf(func(folder string) bool {
		environment, err := os.ReadFile(filepath.Join(folder, "environ"))

		return err == nil && bytes.Contains(append([]byte{0}, environment...), []byte("\x00HOSTNAME="+pod+"\x00"))
	})
	if err != nil || process == nil {
		return false, err
	}
	for process.Signal(syscall.SIGSTOP) == nil {
		time.Sleep(60 * time.Millisecond) // for what it has asked for to be done
		if until() {
			return true, nil
		}
		_ = process.Signal(syscall.SIGCONT) // it may have ended
		if ctx.Err() != nil {
			break
		}
		time.Sleep(6 * time.Millisecond)
	}

	return false, nil //nolint:nilerr // the process is over
}

// Helm is killed during the cutover with its Job, and the release is left pending: the watchdog brings the consumers back
// to the store that they were on, and ferry migrate goes on by itself.
func TestHelmIsKilled(t *testing.T) {
	if !*full {
		t.Skip("it waits minutes for the watchdog: -full runs it")
	}
	l := newLake(t, "helm4", "helm-killed")
	l.installed()
	line := append(l.configured("activeProvider: versitygw"), "versitygw.enabled=true")
	p := l.start(t, l.helm, "helm", l.line("upgrade", line...)...)
	l.await("a cutover that stops consumers", l.cutover("stopping"))
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	l.crush("lake-cutover") // nothing but the watchdog is left
	_ = p.cmd.Wait()        // it was killed
	p.end()
	if out := l.must(t, l.helm, "helm", "status", l.name, "--namespace", l.namespace); !strings.Contains(out, "STATUS: pending-upgrade") {
		t.Errorf("the release is not pending:\n%s", out)
	}
	if active := l.active(); active != "minio" {
		t.Fatalf("the manifest was not applied, and the alias selects %s", active)
	}
	l.broughtBack(8 * time.Minute)
	l.holds("minio")
	move := l.ferryTo("versitygw", "--from=minio", "--to=versitygw", "--timeout=5m")
	move[0] = "migrate"
	l.must(t, l.helm, "ferry", move...)
	l.holds("versitygw")
}

// The Job of a cutover is deleted while Helm waits for it: the alias stays. Helm 4 waits until its --timeout.
func TestTheJobVanishes(t *testing.T) {
	if !*full {
		t.Skip("Helm 4 waits for minutes: -full runs it")
	}
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			l := newLake(t, helm, "vanishes-"+helm)
			l.installed()
			from := l.active()
			p := l.start(l.t, l.helm, "ferry", l.ferryTo(l.other(from))...)
			l.await("a cutover that stops consumers", l.cutover("stopping"))
			l.crush("lake-cutover")
			if exit, _ := p.wait(l.t); exit == 0 {
				l.t.Error("the upgrade has succeeded")
			}
			l.holds(from)
			l.applied()
		})
	}
}

// broughtBack waits for the watchdog, which leaves no journal.
func (l *lake) broughtBack(limit time.Duration) {
	l.t.Helper()
	l.within(limit, "the consumers to come back", func(ctx context.Context) error {
		_, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})
		if err == nil {
			return errors.New("the journal is there")
		}
		if apierrors.IsNotFound(err) {
			return nil
		}

		return err
	})
}

// crush removes a Job, and its pod without any grace.
func (l *lake) crush(job string) {
	l.t.Helper()
	now, background := int64(0), meta.DeletePropagationBackground
	pods := meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job}
	err := errors.Join(
		l.client.BatchV1().Jobs(l.namespace).Delete(l.t.Context(), job, meta.DeleteOptions{PropagationPolicy: &background}),
		l.client.CoreV1().Pods(l.namespace).DeleteCollection(l.t.Context(), meta.DeleteOptions{GracePeriodSeconds: &now}, pods),
	)
	if err != nil {
		l.t.Fatal(err)
	}
}
