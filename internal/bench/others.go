package main

import (
	"fmt"
	"strings"
	"syscall"
)

// usage is processor time, in seconds: of the whole machine, idle or not, and of this process with its
// children.
type usage struct{ all, busy, own float64 }

// currentUsage is zero where there is no /proc.
func currentUsage() (usage, error) {
	stat, err := proc("/proc/stat")
	if err != nil || stat == "" {
		return usage{}, err
	}
	line, _, _ := strings.Cut(stat, "\n")
	var user, nice, system, idle, waiting, interrupts, softInterrupts, stolen float64
	if _, err := fmt.Sscanf(line, "cpu %f %f %f %f %f %f %f %f",
		&user, &nice, &system, &idle, &waiting, &interrupts, &softInterrupts, &stolen); err != nil {
		return usage{}, fmt.Errorf("read the processor time of the machine: %w", err)
	}
	const tick = 0.01 // seconds, for every program on Linux
	u := usage{busy: tick * (user + nice + system + interrupts + softInterrupts + stolen)}
	u.all = u.busy + tick*(idle+waiting)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err != nil {
			return usage{}, fmt.Errorf("read the processor time of the benchmarks: %w", err)
		}
		u.own += float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
	}

	return u, nil
}

// others is the share of the processors, from 0 to 1, that other work took since an earlier usage.
func (u usage) others(earlier usage) float64 {
	if u.all == earlier.all {
		return 0
	}

	return max(0, (u.busy-earlier.busy-(u.own-earlier.own))/(u.all-earlier.all))
}
