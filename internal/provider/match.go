package provider

import (
	"slices"
	"strings"
)

// Pod is what tells the provider of a workload: its kind and the parts of its
// pod template.
type Pod struct {
	Kind       string            // of the workload: Deployment, StatefulSet, Job, …
	Name       string            // of the workload
	Labels     map[string]string // of the pod template
	Containers []Container       // without init containers
}

// Container is one container of a pod template.
type Container struct {
	Name  string
	Image string
	Args  []string // command and args, in this order
	Ports []Port
}

// Port is a container port that a pod template declares.
type Port struct {
	Name   string // empty when it has none
	Number int32
}

// Match returns the row of the provider that pod serves S3 for; doc.go has the
// rules that decide between several rows.
func (r Registry) Match(pod Pod) (Row, bool) {
	if pod.Kind == "Job" || pod.Kind == "CronJob" {
		return Row{}, false
	}
	return r.best(pod, func(row Row) []Match { return row.Match })
}

// PartOf returns the row of the provider to which pod belongs: the one it
// serves S3 for, else the one of whose other workloads it is. Jobs count.
func (r Registry) PartOf(pod Pod) (Row, bool) {
	if row, ok := r.Match(pod); ok {
		return row, true
	}
	return r.best(pod, func(row Row) []Match { return slices.Concat(row.Match, row.Parts) })
}

func (r Registry) best(pod Pod, matches func(Row) []Match) (Row, bool) {
	var row Row
	var top rank
	for _, e := range r.entries {
		for _, m := range matches(e.row) {
			if !m.holds(e.row, pod) {
				continue
			}
			if got := m.rank(e.user); top.less(got) {
				row, top = e.row, got
			}
		}
	}
	return row, top != rank{}
}

// rank orders matches that hold; the zero rank stands for none.
type rank struct {
	user, image bool
	conditions  int // at least 1
}

func (m Match) rank(user bool) rank {
	got := rank{user: user, image: len(m.Images) > 0, conditions: len(m.Labels) + len(m.NotLabels) + len(m.Args)}
	if got.image {
		got.conditions++
	}
	if m.DeclaresPort {
		got.conditions++
	}
	return got
}

func (a rank) less(b rank) bool {
	switch {
	case a.user != b.user:
		return b.user
	case a.image != b.image:
		return b.image
	default:
		return a.conditions < b.conditions
	}
}

// holds reports whether all conditions of m, an entry of row, hold for pod.
func (m Match) holds(row Row, pod Pod) bool {
	if !m.labelsHold(pod.Labels) {
		return false
	}
	return !m.aboutContainer() || slices.ContainsFunc(pod.Containers, func(c Container) bool { return m.containerHolds(row, c) })
}

func (m Match) aboutContainer() bool { return len(m.Images) > 0 || len(m.Args) > 0 || m.DeclaresPort }

func (m Match) labelsHold(labels map[string]string) bool {
	for key, value := range m.Labels {
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	for key, value := range m.NotLabels {
		if got, ok := labels[key]; ok && got == value {
			return false
		}
	}
	return true
}

func (m Match) containerHolds(row Row, c Container) bool {
	if len(m.Images) > 0 && !slices.ContainsFunc(m.Images, func(p string) bool { return MatchImage(p, c.Image) }) {
		return false
	}
	if m.DeclaresPort && !row.declaresPort(c) {
		return false
	}
	if len(m.Args) == 0 {
		return true
	}
	words := strings.Fields(strings.Join(c.Args, "\n"))
	return !slices.ContainsFunc(m.Args, func(arg string) bool { return !slices.Contains(words, arg) })
}
