package mcalias

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/mirror/s3"
)

// ErrUnknown says that there is no alias of a name.
var ErrUnknown = errors.New("no such alias")

// Finder says where to look.
type Finder struct {
	// Environ is the environment, as os.Environ returns it.
	Environ []string
	// Dir is mc's folder. Empty: MC_CONFIG_DIR, or where mc has it.
	Dir string
}

// Found is a store that has an alias.
type Found struct {
	s3.Endpoint
	// From says for people where the alias is: MC_HOST_lake, or alias lake of a file.
	From string
}

// Find returns the store of an alias. A variable wins over the file, which is not read then. The
// error is ErrUnknown if neither has it.
func (f Finder) Find(alias string) (Found, error) {
	found := Found{From: hostPrefix + alias}
	var err error
	if value := f.getenv(found.From); value != "" {
		found.Endpoint, err = parseHost(value)
		return found.check(err)
	}
	path := filepath.Join(f.dir(), "config.json")
	entries, err := readFile(path)
	if err != nil {
		return Found{}, err
	}
	entry, ok := entries[alias]
	if !ok {
		return Found{}, fmt.Errorf("%w: %q", ErrUnknown, alias)
	}
	found.From = fmt.Sprintf("alias %s of %s", alias, path)
	found.Endpoint, err = entry.endpoint()
	return found.check(err)
}

// check demands keys.
func (f Found) check(err error) (Found, error) {
	if err == nil && (f.AccessKey == "" || f.SecretKey == "") {
		err = errors.New("has no keys: Ferry does not ask a store anonymously")
	}
	if err != nil {
		return Found{}, fmt.Errorf("%s %w", f.From, err)
	}
	return f, nil
}

// Names returns the aliases that can be found, sorted.
func (f Finder) Names() []string {
	var names []string
	for _, variable := range f.Environ {
		name, value, _ := strings.Cut(variable, "=")
		if alias, ok := strings.CutPrefix(name, hostPrefix); ok && value != "" {
			names = append(names, alias)
		}
	}
	entries, err := readFile(filepath.Join(f.dir(), "config.json"))
	if err == nil {
		for name := range entries {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Trusted returns the certificates that mc trusts beside those of the system, in PEM: the files in
// certs/CAs of its folder.
func (f Finder) Trusted() ([]byte, error) {
	dir := filepath.Join(f.dir(), "certs", "CAs")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the certificates that mc trusts: %w", err)
	}
	var bundle []byte
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the certificates that mc trusts: %w", err)
		}
		if bytes.Contains(data, []byte("-----BEGIN CERTIFICATE-----")) {
			bundle = append(append(bundle, data...), '\n')
		}
	}
	return bundle, nil
}

// dir returns mc's folder.
func (f Finder) dir() string {
	for _, dir := range []string{f.Dir, f.getenv("MC_CONFIG_DIR")} {
		if dir != "" {
			return dir
		}
	}
	home := f.getenv("HOME")
	if home == "" {
		home = f.getenv("USERPROFILE")
	}
	// mc names its folder after itself, and is mcli in Linux distributions
	for _, name := range []string{".mc", ".mcli"} {
		dir := filepath.Join(home, name)
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	return filepath.Join(home, ".mc")
}

func (f Finder) getenv(name string) string {
	for _, variable := range f.Environ {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}
