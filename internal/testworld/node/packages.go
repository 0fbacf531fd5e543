package node

import (
	"context"
	"fmt"
	"os"
	"strings"
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

// Packages installs what is missing of Debian's packages.
func Packages(ctx context.Context) error {
	var missing []string
	for file, name := range needs {
		if _, err := os.Stat(file); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("a cluster needs root and Debian's packages: apt-get install %s", strings.Join(missing, " "))
	}
	// a name that was never looked up is not found
	if err := run(ctx, "apt-get", "-q", "update"); err != nil {
		return err
	}

	return run(ctx, "apt-get", append([]string{"-q", "install", "-y", "--no-install-recommends"}, missing...)...)
}
