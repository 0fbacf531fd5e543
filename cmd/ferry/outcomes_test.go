package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

// shop is two stores that are as wrong as a case wants.
type shop struct {
	t                   *testing.T
	source, destination *quirky.Server
	// refuse, if set, answers a request in place of the store of that role.
	refuse func(role string, r *http.Request) (status int, code string)
	// servers begin to answer when the case is set.
	servers []*httptest.Server
	env     []string
	args    []string // beside the places
	from    string   // place at the source; default source/lake-data
	to      string
}

// outcome is a row of the table in docs/mirror.md.
type outcome struct {
	what  string // happens
	exit  int
	begin string // of the last line, or of the error
	says  []string
	set   func(s *shop)
}

func refusing(role, method, path string, status int, code string) func(*shop) {
	return func(s *shop) {
		s.refuse = func(of string, r *http.Request) (int, string) {
			if of == role && strings.Contains(method, r.Method) && strings.HasPrefix(r.URL.Path, path) {
				return status, code
			}
			return 0, ""
		}
	}
}

func outcomes() []outcome {
	return []outcome{
		{"all is well", 0, "DONE", []string{"2 objects"}, nil},
		{"the secret key of one side is wrong", 1, "FAILED", []string{"SignatureDoesNotMatch", "destination from MC_HOST_destination"}, func(s *shop) {
			s.env = []string{"MC_HOST_destination=" + strings.Replace(s.variable("destination"), quirky.SecretKey, "wrong", 1)}
		}},
		{"the bucket is not at the source", 1, "FAILED", []string{`read bucket "none"`, "NoSuchBucket"}, func(s *shop) { s.from, s.to = "source/none", "destination/none" }},
		{
			"the clocks differ by more than the store allows", 1, "FAILED", []string{"RequestTimeTooSkewed", "set the clocks"},
			refusing("source", "GET HEAD", "/", http.StatusForbidden, "RequestTimeTooSkewed"),
		},
		{
			"the credentials may not list the buckets", 1, "FAILED", []string{"list the buckets", "AccessDenied", "name some"},
			func(s *shop) {
				s.from, s.to = "source", "destination"
				s.refuse = func(of string, r *http.Request) (int, string) {
					if of == "source" && r.URL.Path == "/" {
						return http.StatusForbidden, "AccessDenied"
					}
					return 0, ""
				}
			},
		},
		{
			"the destination may be read only", 1, "FAILED", []string{`create bucket "ferry-state"`, "AccessDenied", "allow these credentials"},
			refusing("destination", "PUT POST", "/", http.StatusForbidden, "AccessDenied"),
		},
		{
			"a bucket of the destination may be read only", 5, "PARTIAL",
			[]string{"2 of 2 objects of bucket lake-data failed", "AccessDenied", "allow these credentials"},
			func(s *shop) {
				s.destination.CreateBucket("lake-data")
				refusing("destination", "PUT POST", "/lake-data/", http.StatusForbidden, "AccessDenied")(s)
			},
		},
		{
			"the destination is full", 5, "PARTIAL", []string{"XMinioStorageFull", "make room there"},
			refusing("destination", "PUT", "/lake-data/b", http.StatusInsufficientStorage, "XMinioStorageFull"),
		},
		{
			"the destination refuses the name of the bucket", 1, "FAILED", []string{`create bucket "lake-data"`, "InvalidBucketName", "another name"},
			func(s *shop) {
				s.refuse = func(of string, r *http.Request) (int, string) {
					switch {
					case of != "destination" || !strings.HasPrefix(r.URL.Path, "/lake-data"):
						return 0, ""
					case r.Method == http.MethodPut:
						return http.StatusBadRequest, "InvalidBucketName"
					default:
						return http.StatusNotFound, "NoSuchBucket"
					}
				}
			},
		},
		{"the destination cannot hold a and a/b", 5, "PARTIAL", []string{"1 of 3 objects of bucket lake-data are missing at", "cannot hold this key"}, func(s *shop) {
			s.destination = quirky.New(quirky.Config{Quirks: quirky.Quirks{Keys: quirky.Keys{Folders: true}}})
			s.put("a/b")
		}},
		{"a key is longer than the destination allows", 5, "PARTIAL", []string{"missing at", "cannot hold this key"}, func(s *shop) {
			s.destination = quirky.New(quirky.Config{Quirks: quirky.Quirks{Keys: quirky.Keys{Max: 100}}})
			s.put(strings.Repeat("k", 200))
		}},
		{"a key has control characters, // or ..", 0, "DONE", []string{"5 objects"}, func(s *shop) {
			s.put("x\ny")
			s.put("x//y")
			s.put("x/../y")
		}},
		{
			"an object is listed and is not there", 5, "PARTIAL", []string{`"b"`, "listed by", "not readable"},
			refusing("source", "GET HEAD", "/lake-data/b", http.StatusNotFound, "NoSuchKey"),
		},
		{"an object vanishes during the run", 0, "DONE", []string{"1 copied"}, func(s *shop) {
			var once atomic.Bool
			s.refuse = func(of string, r *http.Request) (int, string) {
				if of == "source" && r.URL.Path == "/lake-data/b" && once.CompareAndSwap(false, true) {
					if err := s.source.Delete("lake-data", "b"); err != nil {
						s.t.Error(err)
					}
				}
				return 0, ""
			}
		}},
		{"an object changes with every look", 5, "PARTIAL", []string{`"b"`, "keeps changing"}, func(s *shop) {
			var n atomic.Int64
			s.refuse = func(of string, r *http.Request) (int, string) {
				if of == "source" && r.URL.Path == "/lake-data/b" && r.Method == http.MethodGet {
					s.write("b", strings.Repeat("x", int(n.Add(1))))
				}
				return 0, ""
			}
		}},
		{
			"an object is encrypted with a key of its owner (SSE-C)", 5, "PARTIAL", []string{`"b"`, "SSE-C", "exclude it"},
			refusing("source", "GET HEAD", "/lake-data/b", http.StatusBadRequest, "InvalidRequest"),
		},
		{"source and destination are one store", 4, "REFUSED", []string{"the same store"}, func(s *shop) { s.to = "source/other" }},
		{"one is a folder of the other, under another name", 4, "ferry: error:", []string{"one is inside the other"}, func(s *shop) {
			s.to = "alias/lake-data/copy"
			s.env = []string{"MC_HOST_alias=" + strings.Replace(s.variable("source"), "127.0.0.1", "localhost", 1)}
		}},
		{"the source is empty, with --remove", 4, "REFUSED", []string{"the source is empty where the destination holds 1 object"}, func(s *shop) {
			s.args = []string{"--remove", "--adopt", "--max-delete", "100%"}
			s.source = quirky.New(quirky.Config{})
			s.source.CreateBucket("lake-data")
			s.destination.CreateBucket("lake-data")
			if err := s.destination.Put("lake-data", "kept", quirky.Object{Parts: [][]byte{[]byte("kept")}}); err != nil {
				s.t.Fatal(err)
			}
		}},
		{"the source has a bucket that it does not list", 5, "PARTIAL", []string{"bucket lake-data is at the source, which does not list it"}, func(s *shop) {
			s.from, s.to = "source", "destination"
			s.destination.CreateBucket("lake-data")
			s.refuse = func(of string, r *http.Request) (int, string) {
				if of == "source" && r.URL.Path == "/" {
					return http.StatusOK, ""
				}
				return 0, ""
			}
		}},
		{"one of several buckets cannot be read", 5, "PARTIAL", []string{`read bucket "lake-none"`}, func(s *shop) {
			s.from, s.to, s.args = "source", "destination", []string{"--buckets", "lake-data,lake-none"}
		}},
	}
}

// TestOutcomes has each case end as docs/mirror.md says, with the program that people run: the exit
// code, the first word of the last line, and words that name what is wrong and what helps. No other
// run than a whole one says that it is complete.
func TestOutcomes(t *testing.T) {
	page, err := os.ReadFile("../../docs/mirror.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes() {
		if row := fmt.Sprintf("| %s | %d | `%s` |", o.what, o.exit, o.begin); !strings.Contains(string(page), row) {
			t.Errorf("docs/mirror.md has no row that begins with\n%s", row)
		}
		t.Run(o.what, func(t *testing.T) {
			t.Parallel()
			o.check(t)
		})
	}
}

func (o outcome) check(t *testing.T) {
	s := &shop{
		t: t, source: quirky.New(quirky.Config{}), destination: quirky.New(quirky.Config{}), from: "source/lake-data", to: "destination/lake-data",
	}
	s.fill()
	s.env = append(os.Environ(), "MC_HOST_source="+s.serve("source"), "MC_HOST_destination="+s.serve("destination"))
	if o.set != nil {
		base := s.env
		o.set(s)
		if len(s.env) != len(base) {
			s.env = append(base, s.env...)
		}
	}
	for _, server := range s.servers {
		server.Start()
		t.Cleanup(server.Close)
	}
	report := filepath.Join(t.TempDir(), "report.json")
	exit, out := s.ferry(append([]string{"mirror", s.from, s.to, "--report", report}, s.args...))
	if exit != o.exit {
		t.Errorf("exit code %d, want %d:\n%s", exit, o.exit, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if !strings.Contains("\n"+strings.Join(lines[max(0, len(lines)-2):], "\n"), "\n"+o.begin) {
		t.Errorf("does not end with %s:\n%s", o.begin, out)
	}
	for _, text := range o.says {
		if !strings.Contains(out, text) {
			t.Errorf("does not say %q:\n%s", text, out)
		}
	}
	var result copying.Result
	if text, err := os.ReadFile(report); err == nil {
		if err := json.Unmarshal(text, &result); err != nil {
			t.Error(err)
		}
		if whole := result.Complete && result.Totals.KeysRefused == 0 && result.Refused == ""; o.exit != 0 && whole {
			t.Errorf("the report says that the run was complete: %s", text)
		}
	} else if o.begin != "ferry: error:" {
		t.Error(err)
	}
}

// fill gives the source two objects.
func (s *shop) fill() {
	s.put("a")
	s.put("b")
}

func (s *shop) put(key string) { s.write(key, "content of "+key) }

func (s *shop) write(key, content string) {
	s.source.CreateBucket("lake-data")
	if err := s.source.Put("lake-data", key, quirky.Object{Parts: [][]byte{[]byte(content)}}); err != nil {
		s.t.Error(err)
	}
}

// serve makes a store ready to start and returns what mc wants to know of it.
func (s *shop) serve(role string) string {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.refuse != nil {
			if status, code := s.refuse(role, r); status != 0 {
				answer(w, status, code)
				return
			}
		}
		store := s.source
		if role == "destination" {
			store = s.destination
		}
		store.ServeHTTP(w, r)
	}))
	s.servers = append(s.servers, server)
	return "http://" + quirky.AccessKey + ":" + quirky.SecretKey + "@" + server.Listener.Addr().String()
}

// variable is how the environment names the store of a role.
func (s *shop) variable(role string) string {
	for _, setting := range s.env {
		if value, found := strings.CutPrefix(setting, "MC_HOST_"+role+"="); found {
			return value
		}
	}
	return ""
}

// answer refuses in S3's words; with status 200 it is an empty list of buckets.
func answer(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if status == http.StatusOK {
		fmt.Fprint(w, `<?xml version="1.0"?><ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`)
		return
	}
	fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>no</Message></Error>`, code)
}

// ferry runs the program and returns its exit code and all that it says.
func (s *shop) ferry(args []string) (int, string) {
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	program := filepath.Join(s.t.TempDir(), "ferry")
	if err := os.Symlink(self, program); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Env = s.env
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), out.String()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return 0, out.String()
}
