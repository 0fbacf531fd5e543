package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Machine is what the numbers depend on, without a name or a path.
type Machine struct {
	Platform    string  `json:"platform"`
	Cores       int     `json:"cores"`
	MemoryBytes int64   `json:"memoryBytes"` // 0 where there is no /proc
	Kernel      string  `json:"kernel"`
	Go          string  `json:"go"`
	Load        float64 `json:"load"`   // of the minute before the run; 0 where there is no /proc
	Others      float64 `json:"others"` // share of the processors that other work took during the run; 0 where there is no /proc
}

func thisMachine(ctx context.Context) (Machine, error) {
	m := Machine{Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
	kernel, err := exec.CommandContext(ctx, "uname", "-sr").Output()
	if err != nil {
		return m, fmt.Errorf("ask for the kernel: %w", err)
	}
	// what follows a hyphen is the builder's, not the kernel's
	m.Kernel, _, _ = strings.Cut(strings.TrimSpace(string(kernel)), "-")
	load, err := proc("/proc/loadavg")
	if err != nil {
		return m, err
	}
	if load != "" {
		if _, err := fmt.Sscan(load, &m.Load); err != nil {
			return m, fmt.Errorf("read the load: %w", err)
		}
	}
	memory, err := proc("/proc/meminfo")
	if err != nil {
		return m, err
	}
	for lines := bufio.NewScanner(strings.NewReader(memory)); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &m.MemoryBytes); err == nil {
			m.MemoryBytes *= 1024

			break
		}
	}

	return m, nil
}

// proc reads a file of Linux, which is blank elsewhere.
func proc(path string) (string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}

	return string(bytes.TrimSpace(data)), err
}
