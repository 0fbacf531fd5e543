package provider

import "slices"

// Container returns the container of pod, a workload of the row, that serves
// S3: the one that an entry of match recognises, else (labels alone recognise
// the pod) the first that declares the S3 port, else the first.
func (r Row) Container(pod Pod) (Container, bool) {
	for _, m := range r.Match {
		if !m.aboutContainer() || !m.labelsHold(pod.Labels) {
			continue
		}
		if i := slices.IndexFunc(pod.Containers, func(c Container) bool { return m.containerHolds(r, c) }); i >= 0 {
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
// only port that it declares, else the row's port, which needs no declaration.
func (r Row) S3Port(c Container) Port {
	if p, ok := r.declaredPort(c); ok {
		return p
	}
	if len(c.Ports) == 1 {
		return c.Ports[0]
	}
	return Port{Number: r.Port}
}

func (r Row) declaresPort(c Container) bool {
	_, ok := r.declaredPort(c)
	return ok
}

func (r Row) declaredPort(c Container) (Port, bool) {
	for _, name := range r.PortNames {
		if i := slices.IndexFunc(c.Ports, func(p Port) bool { return p.Name == name }); i >= 0 {
			return c.Ports[i], true
		}
	}
	if i := slices.IndexFunc(c.Ports, func(p Port) bool { return p.Number == r.Port }); i >= 0 {
		return c.Ports[i], true
	}
	return Port{}, false
}
