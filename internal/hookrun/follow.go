package hookrun

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/helm-ferry/ferry/internal/kube"
)

// follower writes what the pod of a Job says. A stream of the log ends now and then, if only because a
// request may not last for ever: the next one goes on where the last one ended.
type follower struct {
	client kube.Client
	job    string
	out    io.Writer
	// old are pods of an earlier Job of that name.
	old map[string]bool

	pod     string
	written int64
	last    string
	part    string
	code    int
	// waiting is why the pod does not run.
	waiting string
}

// followTime bounds one look at the log, so that the state of the Job is looked at, too.
const followTime = 10 * time.Second

// follow writes what is new in the log, until the pod has ended or it is time to look at the Job.
func (f *follower) follow(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, followTime)
	defer cancel()
	pods, err := podsOf(ctx, f.client, f.job)
	pods = slices.DeleteFunc(pods, func(pod core.Pod) bool { return f.old[pod.Name] })
	if err != nil || len(pods) == 0 {
		return
	}
	pod := pods[0]
	if f.pod != pod.Name {
		f.pod, f.written = pod.Name, 0
	}
	f.look(pod)
	if f.waiting != "" {
		return
	}
	stream, err := f.client.CoreV1().Pods(f.client.Namespace).GetLogs(pod.Name, &core.PodLogOptions{Follow: true}).Stream(ctx)
	if err != nil {
		return
	}
	defer stream.Close()
	if _, err := io.CopyN(io.Discard, stream, f.written); err != nil {
		return
	}
	_, _ = io.Copy(f, stream) // what is missing comes with the next stream
}

// look reads why a pod does not run, or how it has ended.
func (f *follower) look(pod core.Pod) {
	f.waiting = ""
	for _, status := range pod.Status.ContainerStatuses {
		switch state := status.State; {
		case state.Terminated != nil:
			f.code = int(state.Terminated.ExitCode)
		case state.Waiting != nil:
			f.waiting = strings.TrimSpace(state.Waiting.Reason + " " + state.Waiting.Message)
		}
	}
	if pod.Status.Phase == core.PodPending && f.waiting == "" {
		f.waiting = "the pod is pending"
		for _, condition := range pod.Status.Conditions {
			if condition.Type == core.PodScheduled && condition.Status == core.ConditionFalse {
				f.waiting = condition.Message
			}
		}
	}
}

// Write writes a part of the log and remembers its last line.
func (f *follower) Write(text []byte) (int, error) {
	n, err := f.out.Write(text)
	f.written += int64(n)
	lines := strings.Split(f.part+string(text[:n]), "\n")
	f.part = lines[len(lines)-1]
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			f.last = line
		}
	}
	if err != nil {
		return n, fmt.Errorf("write the log of Job/%s: %w", f.job, err)
	}
	return n, nil
}

// hint says why the pod does not run, if anything does.
func (f *follower) hint() string {
	if f.waiting == "" {
		return ""
	}
	return ": its pod does not run: " + f.waiting
}
