package peers

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// Pair is a bucket and what is to become like it: a bucket of the same name.
type Pair struct {
	Source, Destination testworld.S3
	Bucket              string
}

// Command is a program that is ready to run.
type Command struct {
	Path string
	Args []string
	Env  []string // on top of PATH
}

// Peer is a program that mirrors buckets.
type Peer struct {
	Name    string
	Version string // empty for Ferry, which is this repository
	path    string
	args    func(bucket string) []string
	remove  string // the flag that also removes what the source does not have
	all     string // the flag that copies more attributes than are copied without it
	env     func(home string, p Pair) []string
	home    string
}

// Mirror copies what the destination lacks and what differs there.
func (p Peer) Mirror(pair Pair) Command {
	return Command{Path: p.path, Args: p.args(pair.Bucket), Env: p.env(p.home, pair)}
}

// MirrorAndRemove is Mirror that makes the destination lose what the source does not have.
func (p Peer) MirrorAndRemove(pair Pair) Command {
	c := p.Mirror(pair)
	if p.remove != "" {
		c.Args = append(c.Args, p.remove)
	} else { // rclone has a command for it
		c.Args[0] = "sync"
	}

	return c
}

// MirrorAttributes is Mirror that copies all attributes that the program can copy.
func (p Peer) MirrorAttributes(pair Pair) Command {
	c := p.Mirror(pair)
	if p.all != "" {
		c.Args = append(c.Args, p.all)
	}

	return c
}

// Line is the command as a person would type it.
func (p Peer) Line() string { return p.Name + " " + strings.Join(p.args("bucket"), " ") }

// The names of the peers.
const (
	MC     = "mc"
	Rclone = "rclone"
	Ferry  = "ferry"
)

// Find returns mc, rclone and Ferry. The first two are the pinned ones; Ferry is built from the
// repository at root, in an environment that finds Go, into dir, where the programs have their home as well.
func Find(ctx context.Context, environ []string, root, dir string) ([]Peer, error) {
	ferry := filepath.Join(dir, "ferry")
	build := []string{"build", "-trimpath", "-ldflags", "-s -w", "-o", ferry, "./cmd/ferry"}
	if _, err := output(ctx, root, append(environ, "CGO_ENABLED=0"), "go", build...); err != nil {
		return nil, err
	}
	all := []Peer{
		{Name: MC, args: mcArgs, remove: "--remove", all: "--preserve", env: aliases},
		{Name: Rclone, args: rcloneArgs, all: "--metadata", env: remotes},
		{Name: Ferry, path: ferry, args: ferryArgs, remove: "--remove", env: aliases, home: dir},
	}
	for i, module := range []string{"github.com/minio/mc", "github.com/rclone/rclone"} {
		p := &all[i]
		var err error
		if p.path, err = testworld.Program(ctx, p.Name); err != nil {
			return nil, err
		}
		if p.Version, err = version(p.path, module); err != nil {
			return nil, err
		}
		p.home = dir
	}

	return all, nil
}

func mcArgs(bucket string) []string {
	return []string{"mirror", "--quiet", "--overwrite", "src/" + bucket, "dst/" + bucket}
}

// rcloneArgs are those that its documentation recommends for many objects between two S3 stores.
// --checksum compares ETags, as Ferry does, where the default asks for the headers of each object.
func rcloneArgs(bucket string) []string {
	return []string{
		"copy", "src:" + bucket, "dst:" + bucket, "--transfers=32", "--checkers=32",
		"--s3-no-head", "--s3-no-check-bucket", "--fast-list", "--checksum",
	}
}

func ferryArgs(bucket string) []string { return []string{"mirror", "src/" + bucket, "dst/" + bucket} }

// aliases are both stores as mc and Ferry read them.
func aliases(home string, p Pair) []string { return append([]string{"HOME=" + home}, p.Aliases()...) }

// Aliases are variables of the environment that make src and dst of the stores.
func (p Pair) Aliases() []string {
	return []string{alias("src", p.Source), alias("dst", p.Destination)}
}

func alias(name string, s testworld.S3) string {
	scheme, host, _ := strings.Cut(s.Endpoint, "://")

	return fmt.Sprintf("MC_HOST_%s=%s://%s:%s@%s", name, scheme, s.AccessKey, s.SecretKey, host)
}

// remotes are both stores as rclone reads them. Its provider Minio asks for what all servers here
// have: paths, the second kind of listing, plain ETags.
func remotes(home string, p Pair) []string {
	env := []string{"HOME=" + home, "RCLONE_CONFIG=" + filepath.Join(home, "rclone.conf")}
	for name, s := range map[string]testworld.S3{"SRC": p.Source, "DST": p.Destination} {
		for key, value := range map[string]string{
			"TYPE": "s3", "PROVIDER": "Minio", "ENDPOINT": s.Endpoint, "REGION": s.Region,
			"ACCESS_KEY_ID": s.AccessKey, "SECRET_ACCESS_KEY": s.SecretKey,
		} {
			env = append(env, "RCLONE_CONFIG_"+name+"_"+key+"="+value)
		}
	}

	return env
}

// version is that of the module which the program was built from.
func version(path, module string) (string, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read what %s was built from: %w", filepath.Base(path), err)
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module {
			return m.Version, nil
		}
	}

	return "", fmt.Errorf("%s was not built from %s", filepath.Base(path), module)
}

// output runs a program and returns what it prints. The error has what it says.
func output(ctx context.Context, dir string, environment []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}

	return strings.TrimSpace(stdout.String()), nil
}
