package helmcli_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// flagLine is a line of Helm's help: shorthand, name, type, and what the flag is given without a value.
var flagLine = regexp.MustCompile(`^ +(?:-(\w), )?--([\w-]+)(?: (\w+)(\[=.*?\])?)?  `)

// TestFlagsAreThoseOfHelm compares what is known about flags with the help of both majors.
func TestFlagsAreThoseOfHelm(t *testing.T) {
	known := helmcli.Flags()
	seen := map[string]bool{}
	for _, helm := range []string{testworld.Helm3(t), testworld.Helm4(t)} {
		for _, verb := range []string{"upgrade", "rollback"} {
			help, err := exec.CommandContext(t.Context(), helm, verb, "--help").Output()
			if err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(bytes.NewReader(help)); lines.Scan(); {
				match := flagLine.FindStringSubmatch(lines.Text())
				if match == nil {
					continue
				}
				short, name, takes := match[1], match[2], match[3] != "" && match[4] == ""
				seen[name] = true
				if is, there := known[name]; !there || is != takes {
					t.Errorf("--%s of %s %s: known %t, takes a value %t; want %t", name, helm, verb, there, is, takes)
				}
				if short == "" {
					continue
				}
				if line := helmcli.Parse([]string{"-" + short}, nil); line.Flags[0].Name != name {
					t.Errorf("-%s is taken for --%s, want --%s", short, line.Flags[0].Name, name)
				}
			}
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("--%s: no Helm has it", name)
		}
	}
}

func TestParseFindsWords(t *testing.T) {
	for _, line := range []string{
		"shop ./chart -f a.yaml --set x=1 --wait",
		"-f a.yaml shop --set=x=1 ./chart --wait",
		"--wait shop -fa.yaml --set x=1 ./chart",
		"--mine v -if=a.yaml --set x=1 --wait -- shop ./chart",
	} {
		parsed := helmcli.Parse(strings.Fields(line), map[string]bool{"mine": true})
		if diff := cmp.Diff([]string{"shop", "./chart"}, parsed.Words); diff != "" {
			t.Errorf("%s: words: %s", line, diff)
		}
		if parsed.Value("values") != "a.yaml" || parsed.Value("set") != "x=1" || !parsed.Has("wait") {
			t.Errorf("%s: %+v", line, parsed.Flags)
		}
	}
}

func TestArgv(t *testing.T) {
	for line, want := range map[string][2]string{
		"r c --atomic --force":                        {"--atomic --force r c", "--rollback-on-failure --force-replace r c"},
		"r c --rollback-on-failure --force-replace":   {"--atomic --force r c", "--rollback-on-failure --force-replace r c"},
		"r c --wait=watcher":                          {"--wait r c", "--wait=watcher r c"},
		"r c --wait=hookOnly --dry-run=none":          {"r c", "--wait=hookOnly --dry-run=none r c"},
		"r c --dry-run -n data --install=false":       {"--dry-run --namespace=data --install=false r c", "--dry-run --namespace=data --install=false r c"},
		"r 1 --recreate-pods":                         {"--recreate-pods r 1", "r 1"},
		"r c --set a=b,c=d --set-json {\"x\":1} -x":   {"--set=a=b,c=d --set-json={\"x\":1} -x r c", "--set=a=b,c=d --set-json={\"x\":1} -x r c"},
		"r c --no-such-flag=yes --description=":       {"--no-such-flag=yes --description= r c", "--no-such-flag=yes --description= r c"},
		"--set a=b -- -r c":                           {"--set=a=b -- -r c", "--set=a=b -- -r c"},
		"--set a=b -- r -c":                           {"--set=a=b -- r -c", "--set=a=b -- r -c"},
		"r c --kube-context=x --kubeconfig y --debug": {"--kube-context=x --kubeconfig=y --debug r c", "--kube-context=x --kubeconfig=y --debug r c"},
	} {
		for i, major := range []int{3, 4} {
			if got := strings.Join(helmcli.Parse(strings.Fields(line), nil).Argv(major), " "); got != want[i] {
				t.Errorf("%s under Helm %d:\n got %s\nwant %s", line, major, got, want[i])
			}
		}
	}
}

func TestNeed(t *testing.T) {
	for _, row := range []struct {
		version, line, lacks string
	}{
		{"v3.12.3", "r c", "3.13.0"},
		{"v3.13.0", "r c", ""},
		{"v3.21.4", "r c", ""},
		{"v3.21.4", "r c --atomic", "3.22.0"},
		{"v3.21.4", "r c --atomic=false", ""},
		{"v3.22.0", "r c --rollback-on-failure", ""},
		{"v4.0.4", "r c --atomic", "4.0.5"},
		{"v4.0.5", "r c --atomic", ""},
		{"v4.1.9", "r c --atomic", "4.2.0"},
		{"v4.2.1", "r c", ""},
		{"v4.2.1", "r c --wait", "4.2.2"},
		{"v4.3.1+gabc", "r c --wait --atomic --server-side=true", ""},
		{"v3.22.0", "r c --server-side=true", "4.0.0"},
	} {
		version, err := helmcli.ParseVersion(row.version)
		if err != nil {
			t.Fatal(err)
		}
		err = helmcli.Helm{Version: version}.Need(helmcli.Parse(strings.Fields(row.line), nil))
		old, lacks := errors.AsType[*helmcli.TooOldError](err)
		switch {
		case lacks != (row.lacks != ""):
			t.Errorf("%s with %s: %v", row.version, row.line, err)
		case lacks && !strings.Contains(old.What, row.lacks):
			t.Errorf("%s with %s: %v does not name %s", row.version, row.line, err, row.lacks)
		}
	}
	for _, text := range []string{"", "v4", "v4.x.1", "4.1"} {
		if _, err := helmcli.ParseVersion(text); err == nil {
			t.Errorf("%q is taken for a version", text)
		}
	}
}

func TestFindAsksHelm(t *testing.T) {
	for major, path := range map[int]string{3: testworld.Helm3(t), 4: testworld.Helm4(t)} {
		helm, err := helmcli.Find(t.Context(), path)
		if err != nil || helm.Major != major {
			t.Errorf("%s: %v, %v", path, helm, err)
		}
	}
	if _, err := helmcli.Find(t.Context(), filepath.Join(t.TempDir(), "helm")); err == nil {
		t.Error("a Helm is found where there is none")
	}
	if _, err := helmcli.Find(t.Context(), "no-such-helm"); !errors.Is(err, helmcli.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	old := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho v2.17.0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := helmcli.Find(t.Context(), old); err == nil || !strings.Contains(err.Error(), "is Helm 2.17.0") {
		t.Errorf("got %v", err)
	}
}

func TestAccess(t *testing.T) {
	environment := map[string]string{
		"HELM_NAMESPACE": "data", "HELM_KUBECONTEXT": "east", "KUBECONFIG": "/config", "HELM_KUBEASGROUPS": "a,b", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "true",
	}
	access := helmcli.Parse(strings.Fields("r c -n other --kube-token t"), nil).Access(func(name string) string { return environment[name] })
	if access.Namespace != "other" || access.Context != "east" || access.Kubeconfig != "/config" || access.Token != "t" || !access.Insecure || len(access.AsGroups) != 2 {
		t.Errorf("got %+v", access)
	}
}

func TestInputIsKept(t *testing.T) {
	wiring, err := helmcli.Wire(helmcli.Helm{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = wiring.Close() }()
	kept := wiring.Path("stdin")
	for line, want := range map[string]string{
		"r c -f -":                              "--values=KEPT r c",
		"r c --values a.yaml,-":                 "--values=a.yaml,KEPT r c",
		"r c --set-file a=x,b=-":                "--set-file=a=x,b=KEPT r c",
		"r c --set a=- --set-file a-=-x -f a-b": "--set=a=- --set-file=a-=-x --values=a-b r c",
	} {
		input := strings.NewReader("a: 1\n")
		got, err := wiring.Input(helmcli.Parse(strings.Fields(line), nil), input)
		if argv := strings.ReplaceAll(strings.Join(got.Argv(4), " "), kept, "KEPT"); err != nil || argv != want {
			t.Errorf("%s: got %s, %v; want %s", line, argv, err, want)
		}
		if asked := strings.Contains(want, "KEPT"); asked != (input.Len() == 0) {
			t.Errorf("%s: %d bytes of standard input are left", line, input.Len())
		}
		text, err := os.ReadFile(kept)
		if strings.Contains(want, "KEPT") && (err != nil || string(text) != "a: 1\n") {
			t.Errorf("%s: kept %q, %v", line, text, err)
		}
	}
}
