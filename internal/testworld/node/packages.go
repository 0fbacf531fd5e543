package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// needs are what a node takes from Debian: the file that shows that a package is there, and its name.
//
//nolint:gochecknoglobals // a table
var needs = map[string]string{
	"/usr/sbin/runc":      "runc",
	"/usr/lib/cni/bridge": "containernetworking-plugins",
	"/usr/sbin/iptables":  "iptables",
	"/usr/sbin/conntrack": "conntrack",
	"/usr/sbin/ip":        "iproute2",
	"/usr/bin/nsenter":    "util-linux",
}

// Packages installs what is missing of Debian's packages. Several processes of a machine may ask for them
// at a time: apt-get itself would fail all but one.
func Packages(ctx context.Context) error {
	missing := missingOf(needs)
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("a cluster needs root and Debian's packages: apt-get install %s", strings.Join(missing, " "))
	}
	unlock, err := testworld.Lock(ctx, filepath.Join(os.TempDir(), "ferry-packages.lock"))
	if err != nil {
		return fmt.Errorf("wait for another process that installs packages: %w", err)
	}
	defer unlock()
	if missing = missingOf(needs); len(missing) == 0 {
		return nil
	}
	// a name that was never looked up is not found
	if err := run(ctx, "apt-get", "-q", "update"); err != nil {
		return err
	}

	return run(ctx, "apt-get", append([]string{"-q", "install", "-y", "--no-install-recommends"}, missing...)...)
}

// missingOf are the names of the packages whose file is not there.
func missingOf(needs map[string]string) []string {
	var missing []string
	for file, name := range needs {
		if _, err := os.Stat(file); err != nil {
			missing = append(missing, name)
		}
	}

	return missing
}
