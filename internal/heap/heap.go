package heap

import (
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	manifestsPercent = 400 // a fifth faster, and little larger
	objectsPercent   = 50  // a tenth more processor time, and memory that hardly grows
	ofLimit          = 0.9 // of a cgroup's limit: the rest is for what the runtime does not count
)

// ForManifests is for a process that renders and ends. getenv reads the environment.
func ForManifests(getenv func(string) string) { collectAt(getenv, manifestsPercent) }

// ForObjects is for a process that copies objects. It keeps the heap below what the process's cgroup,
// version 1 or 2, allows; the collector runs as often as that needs, up to half of the time.
func ForObjects(getenv func(string) string) { forObjects(getenv, memlimit.FromCgroup) }

func forObjects(getenv func(string) string, cgroup memlimit.Provider) {
	collectAt(getenv, objectsPercent)
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	limit, err := memlimit.ApplyRatio(cgroup, ofLimit)()
	if err != nil || limit == 0 {
		return // no cgroup, or one without a limit
	}
	debug.SetMemoryLimit(int64(min(limit, 1<<62)))
}

func collectAt(getenv func(string) string, percent int) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
