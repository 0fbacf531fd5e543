package mcalias_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/mcalias"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// endpoints are compared with their secrets in the open.
type endpoint struct {
	URL, AccessKey, SecretKey, SessionToken string
	Style                                   s3.Style
}

func open(found mcalias.Found) endpoint {
	return endpoint{found.URL, found.AccessKey, string(found.SecretKey), string(found.SessionToken), found.Style}
}

// hosts are values of a variable, and what mc reads in them.
var hosts = map[string]struct {
	want  endpoint
	fails string
}{
	"http://AK:SK@store:9000":         {want: endpoint{URL: "http://store:9000", AccessKey: "AK", SecretKey: "SK"}},
	"https://AK:SK@store/":            {want: endpoint{URL: "https://store/", AccessKey: "AK", SecretKey: "SK"}},
	"https://AK:SK:TOK/EN@store":      {want: endpoint{URL: "https://store", AccessKey: "AK", SecretKey: "SK", SessionToken: "TOK/EN"}},
	"https://AK:SK:T:O:K@store":       {want: endpoint{URL: "https://store", AccessKey: "AK", SecretKey: "SK", SessionToken: "T:O:K"}},
	"https://A%40K:S%2FK@store":       {want: endpoint{URL: "https://store", AccessKey: "A%40K", SecretKey: "S%2FK"}},
	"https://AK:a/b+c=d%zz@store":     {want: endpoint{URL: "https://store", AccessKey: "AK", SecretKey: "a/b+c=d%zz"}},
	"https://AK:S@K#?&$ @store":       {want: endpoint{URL: "https://store", AccessKey: "AK", SecretKey: "S@K#?&$ "}},
	"http://AK:SK@[::1]:9000":         {want: endpoint{URL: "http://[::1]:9000", AccessKey: "AK", SecretKey: "SK"}},
	"https://store":                   {fails: "is not of the form"},
	"https://AK@store":                {fails: "is not of the form"},
	"https://:@store":                 {fails: "has no keys"},
	"https://AK:@store":               {fails: "has no keys"},
	"AK:hunter2@store":                {fails: "is not of the form"},
	"https://AK:hunter2@store/bucket": {want: endpoint{URL: "https://store/bucket", AccessKey: "AK", SecretKey: "hunter2"}}, // which s3.Open refuses
}

func TestVariables(t *testing.T) {
	for value, test := range hosts {
		finder := mcalias.Finder{Environ: []string{"MC_HOST_lake2=https://a:b@other", "MC_HOST_lake=" + value}, Dir: t.TempDir()}
		found, err := finder.Find("lake")
		if test.fails != "" {
			if err == nil || !strings.HasPrefix(err.Error(), "MC_HOST_lake "+test.fails) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: got %v, want %q", value, err, test.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", value, err)
		}
		if diff := cmp.Diff(test.want, open(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", value, diff)
		}
		if found.From != "MC_HOST_lake" {
			t.Errorf("%s: found in %q", value, found.From)
		}
	}
}

// TestVariablesAsMCReadsThem asks mc itself. It does not print session tokens.
func TestVariablesAsMCReadsThem(t *testing.T) {
	mc := testworld.MC(t)
	for value, test := range hosts {
		if test.fails != "" || strings.HasSuffix(value, "/bucket") {
			continue
		}
		command := exec.CommandContext(t.Context(), mc, "--config-dir", t.TempDir(), "--json", "alias", "list", "lake")
		command.Env = []string{"HOME=" + t.TempDir(), "MC_HOST_lake=" + value}
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var got struct{ URL, AccessKey, SecretKey string }
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		test.want.SessionToken = ""
		if diff := cmp.Diff(test.want, endpoint{URL: got.URL, AccessKey: got.AccessKey, SecretKey: got.SecretKey}); diff != "" {
			t.Errorf("mc reads %s otherwise (-here +mc):\n%s", value, diff)
		}
	}
}

// config has mc write the file, without asking any server, and edits what it has no command for.
func config(t *testing.T, dir string, edit func(aliases map[string]map[string]string)) {
	t.Helper()
	for name, args := range map[string][]string{
		"lake": {"http://lake:9000", "lakekey", "lake-secret"}, "host": {"https://s3.example.com", "hostkey", "host-secret", "--path", "off"},
		"path": {"https://s3.amazonaws.com", "pathkey", "path-secret", "--path", "on", "--api", "S3v4"}, "old": {"https://old", "oldkey", "old-secret", "--api", "S3v2"},
	} {
		command := exec.CommandContext(t.Context(), testworld.MC(t), append([]string{"--config-dir", dir, "alias", "import", name}, "/dev/stdin")...)
		entry := map[string]string{"url": args[0], "accessKey": args[1], "secretKey": args[2], "api": "S3v4", "path": "auto"}
		for i := 3; i < len(args); i += 2 {
			entry[strings.TrimPrefix(args[i], "--")] = args[i+1]
		}
		text, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		command.Stdin, command.Env = strings.NewReader(string(text)), []string{"HOME=" + t.TempDir()}
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	path := filepath.Join(dir, "config.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var text struct {
		Version string                       `json:"version"`
		Aliases map[string]map[string]string `json:"aliases"`
	}
	if err := json.Unmarshal(data, &text); err != nil {
		t.Fatal(err)
	}
	edit(text.Aliases)
	if data, err = json.Marshal(text); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	config(t, dir, func(aliases map[string]map[string]string) {
		aliases["lake"]["sessionToken"] = "lake-token"
		aliases["odd"] = map[string]string{"url": "http://odd", "accessKey": "a", "secretKey": "b", "path": "sideways"}
		aliases["anonymous"] = map[string]string{"url": "http://anonymous", "api": "S3v4", "path": "auto"}
	})
	finder := mcalias.Finder{Dir: dir}
	for alias, test := range map[string]struct {
		want  endpoint
		fails string
	}{
		"lake":      {want: endpoint{URL: "http://lake:9000", AccessKey: "lakekey", SecretKey: "lake-secret", SessionToken: "lake-token"}},
		"host":      {want: endpoint{URL: "https://s3.example.com", AccessKey: "hostkey", SecretKey: "host-secret", Style: s3.StyleHost}},
		"path":      {want: endpoint{URL: "https://s3.amazonaws.com", AccessKey: "pathkey", SecretKey: "path-secret", Style: s3.StylePath}},
		"old":       {fails: `has api "S3v2": Ferry signs its requests with S3v4 alone`},
		"odd":       {fails: `has path "sideways", which is none of auto, on and off`},
		"anonymous": {fails: "has no keys"},
		"nobody":    {fails: `no such alias: "nobody"`},
	} {
		found, err := finder.Find(alias)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) || errors.Is(err, mcalias.ErrUnknown) != (alias == "nobody") {
				t.Errorf("%s: got %v, want %q", alias, err, test.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", alias, err)
		}
		if diff := cmp.Diff(test.want, open(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", alias, diff)
		}
		if want := "alias " + alias + " of " + filepath.Join(dir, "config.json"); found.From != want {
			t.Errorf("found in %q, want %q", found.From, want)
		}
	}
	names := mcalias.Finder{Dir: dir, Environ: []string{"MC_HOST_zoo=x", "MC_HOST_lake=x", "MC_HOST_empty=", "MC_HOSTS=y"}}.Names()
	if slices.Contains(names, "empty") {
		t.Errorf("names are %v, of which one has no value", names)
	}
	for _, want := range []string{"lake", "host", "zoo", "odd"} {
		if got := strings.Join(names, " ") + " "; strings.Count(got, want+" ") != 1 {
			t.Errorf("names are %v, want %s once", names, want)
		}
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	for name, test := range map[string]struct{ text, fails string }{
		"broken":      {`{"version":"10","aliases":{"lake":{"secretKey":"hunter2`, "is not the JSON that mc writes"},
		"other types": {`{"version":"10","aliases":{"lake":{"secretKey":["hunter2"]}}}`, "is not the JSON that mc writes"},
		"old":         {`{"version":"9","hosts":{"lake":{"secretKey":"hunter2"}}}`, `is of version "9": mc alias list converts it`},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := mcalias.Finder{Dir: dir}.Find("lake")
		if err == nil || !strings.Contains(err.Error(), test.fails) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", name, err, test.fails)
		}
		// what the environment has does not need the file
		if _, err := (mcalias.Finder{Dir: dir, Environ: []string{"MC_HOST_lake=http://a:b@c"}}).Find("lake"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFolders has one alias, of a name of its own, in each folder that may be mc's.
func TestFolders(t *testing.T) {
	home, given := t.TempDir(), t.TempDir()
	write := func(dir, alias string) {
		t.Helper()
		text := `{"version":"10","aliases":{"` + alias + `":{"url":"http://` + alias + `","accessKey":"a","secretKey":"b"}}}`
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	find := func(finder mcalias.Finder, alias string) {
		t.Helper()
		if _, err := finder.Find(alias); err != nil {
			t.Errorf("%s: %v", alias, err)
		}
	}
	environ := []string{"HOME=" + home}
	if _, err := (mcalias.Finder{Environ: environ}).Find("lake"); !errors.Is(err, mcalias.ErrUnknown) {
		t.Errorf("without a folder: got %v", err)
	}
	write(filepath.Join(home, ".mcli"), "distribution")
	find(mcalias.Finder{Environ: environ}, "distribution")
	write(filepath.Join(home, ".mc"), "plain")
	find(mcalias.Finder{Environ: environ}, "plain")
	write(given, "given")
	find(mcalias.Finder{Environ: append(environ, "MC_CONFIG_DIR="+given)}, "given")
	find(mcalias.Finder{Environ: append(environ, "MC_CONFIG_DIR="+t.TempDir()), Dir: given}, "given")
}

func TestTrusted(t *testing.T) {
	dir := t.TempDir()
	finder := mcalias.Finder{Dir: dir}
	if got, err := finder.Trusted(); err != nil || len(got) > 0 {
		t.Errorf("without a folder: %q, %v", got, err)
	}
	const first, second = "-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\ntwo\n-----END CERTIFICATE-----"
	cas := filepath.Join(dir, "certs", "CAs")
	if err := os.MkdirAll(filepath.Join(cas, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.crt": first, "b.pem": second, "notes.txt": "who made them"} {
		if err := os.WriteFile(filepath.Join(cas, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := finder.Trusted()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first+"\n"+second+"\n", string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
