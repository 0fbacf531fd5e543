package main

import "github.com/helm-ferry/ferry/internal/peers"

// course is a series, and the servers between which it is run.
type course struct {
	series  string
	objects int
	size    int64
	part    int64 // 0: objects are written whole
	equal   bool  // the destination has all already
	flat    bool  // all keys stand in one folder
	alone   bool  // no peer runs
	rounds  int
	extra   []string // programs beside the peers
	roads   []road
}

// road is a source and a destination.
type road struct{ source, destination string }

func (r road) String() string { return r.source + " to " + r.destination }

// The servers.
const (
	minioServer  = "MinIO"
	versityGW    = "versitygw"
	memoryServer = "memory"
)

// The series.
const (
	cold      = "cold"
	noop      = "no-op"
	noopFlat  = "no-op, flat"
	parts     = "parts"
	mebibytes = "mebibytes"
	fewKeys   = "10 000 keys"
	manyKeys  = "10 million keys"
)

func allCourses() []course {
	alike := road{minioServer, minioServer}
	memory := road{memoryServer, memoryServer}
	all := []road{alike, {minioServer, versityGW}, memory}

	return []course{
		{series: cold, objects: 20_000, size: 4 << 10, rounds: 3, roads: all, extra: []string{bareCopy, reference}},
		{series: noop, objects: 200_000, size: 64, equal: true, rounds: 3, roads: all},
		{series: noopFlat, objects: 200_000, size: 64, equal: true, flat: true, rounds: 3, roads: []road{alike, memory}},
		{series: parts, objects: 4, size: 256 << 20, part: 16 << 20, rounds: 3, roads: all},
		{series: mebibytes, objects: 2_000, size: 1 << 20, rounds: 3, roads: all, extra: []string{bareCopy}},
		{series: fewKeys, objects: 10_000, size: 64, equal: true, flat: true, alone: true, rounds: 5, roads: []road{memory}},
		{series: manyKeys, objects: 10_000_000, size: 64, equal: true, flat: true, alone: true, rounds: 3, roads: []road{memory}},
	}
}

// servers are the names of the roads.
func (c course) servers() []string {
	var names []string
	for _, r := range c.roads {
		names = append(names, r.String())
	}

	return names
}

// entrants are the programs that run.
func (c course) entrants() []string {
	if c.alone {
		return []string{peers.Ferry}
	}

	return append([]string{peers.MC, peers.Rclone, peers.Ferry}, c.extra...)
}

// less is the course with a share of its objects or bytes, run once.
func (c course) less(share int) course {
	c.rounds = 1
	if c.part > 0 {
		c.size = max(c.size/int64(share), 2*c.part)
	} else {
		c.objects = max(c.objects/share, 1)
	}

	return c
}
