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
	Name   string
	Number int32
}

// Match returns the row of the provider whose workload pod is; doc.go has the
// rules that decide between several.
func (r Registry) Match(pod Pod) (Row, bool) {
	var best entry
	var bestRank rank
	for _, e := range r.entries {
		if got, ok := e.rank(pod); ok && bestRank.less(got) {
			best, bestRank = e, got
		}
	}
	return best.row, bestRank != rank{}
}

// Container returns the container of pod that serves S3: the one that a match
// of the row recognises, else, for a match by labels alone, the first that
// declares the S3 port, else the first.
func (r Row) Container(pod Pod) (Container, bool) {
	for _, m := range r.Match {
		if !m.aboutContainer() || !m.pod(pod) {
			continue
		}
		if i := slices.IndexFunc(pod.Containers, m.container); i >= 0 {
			return pod.Containers[i], true
		}
	}
	if i := slices.IndexFunc(pod.Containers, r.declaresPort); i >= 0 {
		return pod.Containers[i], true
	}
	if len(pod.Containers) > 0 {
		return pod.Containers[0], true
	}
	return Container{}, false
}

// S3Port returns the port on which the container serves S3: the first of
// portNames that it declares, else the row's port if it declares that, else the
// only port that it declares, else the row's port.
func (r Row) S3Port(c Container) Port {
	for _, name := range r.PortNames {
		if i := slices.IndexFunc(c.Ports, func(p Port) bool { return p.Name == name }); i >= 0 {
			return c.Ports[i]
		}
	}
	if i := slices.IndexFunc(c.Ports, func(p Port) bool { return p.Number == r.Port }); i >= 0 {
		return c.Ports[i]
	}
	if len(c.Ports) == 1 {
		return c.Ports[0]
	}
	return Port{Number: r.Port}
}

func (r Row) declaresPort(c Container) bool {
	return slices.ContainsFunc(c.Ports, func(p Port) bool {
		return p.Number == r.Port || slices.Contains(r.PortNames, p.Name)
	})
}

// rank orders matches; the zero rank is no match.
type rank struct {
	user, image int // 0 or 1
	conditions  int // at least 1 for a match
}

func (a rank) less(b rank) bool {
	switch {
	case a.user != b.user:
		return a.user < b.user
	case a.image != b.image:
		return a.image < b.image
	default:
		return a.conditions < b.conditions
	}
}

// rank returns the rank of the row's best match with pod.
func (e entry) rank(pod Pod) (rank, bool) {
	var best rank
	if pod.Kind == "Job" || pod.Kind == "CronJob" {
		return best, false
	}
	for _, m := range e.row.Match {
		if !m.matches(pod) {
			continue
		}
		got := rank{conditions: len(m.Labels) + len(m.NotLabels) + len(m.Args)}
		if len(m.Images) > 0 {
			got.image, got.conditions = 1, got.conditions+1
		}
		if e.user {
			got.user = 1
		}
		if best.less(got) {
			best = got
		}
	}
	return best, best != rank{}
}

func (m Match) matches(pod Pod) bool {
	if !m.pod(pod) {
		return false
	}
	return !m.aboutContainer() || slices.ContainsFunc(pod.Containers, m.container)
}

func (m Match) aboutContainer() bool { return len(m.Images) > 0 || len(m.Args) > 0 }

// pod reports whether the conditions about labels hold.
func (m Match) pod(pod Pod) bool {
	for key, value := range m.Labels {
		if got, ok := pod.Labels[key]; !ok || got != value {
			return false
		}
	}
	for key, value := range m.NotLabels {
		if got, ok := pod.Labels[key]; ok && got == value {
			return false
		}
	}
	return true
}

// container reports whether the conditions about a container hold.
func (m Match) container(c Container) bool {
	if len(m.Images) > 0 && !slices.ContainsFunc(m.Images, func(p string) bool { return MatchImage(p, c.Image) }) {
		return false
	}
	if len(m.Args) == 0 {
		return true
	}
	words := strings.Fields(strings.Join(c.Args, "\n"))
	return !slices.ContainsFunc(m.Args, func(arg string) bool { return !slices.Contains(words, arg) })
}
