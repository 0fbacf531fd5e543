package node

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// place is the folder of a cluster, after which all is named that is not in it.
type place struct {
	dir string
}

// longestSocket is how long the path of a Unix socket may be (unix(7)).
const longestSocket = 107

// newPlace makes the folders.
func newPlace(dir string) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if found, err := os.ReadDir(dir); err == nil && len(found) > 0 {
		return place{}, fmt.Errorf("%s is not empty: take the cluster in it down first", dir)
	}
	if room := longestSocket - len("/kubelet/pod-resources/1234567890"); len(dir) > room {
		return place{}, fmt.Errorf("the path %s is too long for the Unix sockets below it: take one of at most %d bytes", dir, room)
	}
	p := place{dir: dir}
	for _, folder := range []string{"pki", "log", "pid", "cni", "volumes", "images"} {
		if err := os.MkdirAll(p.file(folder), 0o755); err != nil {
			return place{}, err
		}
	}

	return p, nil
}

// file is a path in the folder.
func (p place) file(names ...string) string {
	return filepath.Join(append([]string{p.dir}, names...)...)
}

// id tells clusters apart in names that must be short.
func (p place) id() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(p.dir)))[:8] }

// space is the name of the network namespace.
func (p place) space() string { return "ferry-" + p.id() }

// Netns is the file of the network namespace.
func (p place) Netns() string { return "/var/run/netns/" + p.space() }

// tails are the ends of all logs, for people who want to know why a start failed.
func (p place) tails() error {
	logs, err := filepath.Glob(p.file("log", "*.log"))
	if err != nil {
		return err
	}
	var ends []error
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		ends = append(ends, fmt.Errorf("%s: %s", filepath.Base(log), text[max(0, len(text)-1500):]))
	}

	return errors.Join(ends...)
}
