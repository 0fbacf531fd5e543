package provider

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultRegistry(t *testing.T) {
	want := []string{"minio", "rustfs", "seaweedfs", "garage", "ceph-rgw", "versitygw", "external"}
	if diff := cmp.Diff(want, Default().Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for _, row := range Default().Rows() {
		if got, ok := Default().Lookup(row.Name); !ok || !cmp.Equal(row, got) {
			t.Errorf("Lookup(%q) = %+v, %v, want the row of Rows", row.Name, got, ok)
		}
		if !row.External && len(row.Match) == 0 {
			t.Errorf("%s: nothing recognises it", row.Name)
		}
	}
	if row, ok := Default().Lookup("nobody"); ok {
		t.Errorf("Lookup(nobody) = %+v", row)
	}
}

func TestParseRefuses(t *testing.T) {
	cases := map[string]string{
		"unknown field": "- {name: a, port: 1, prot: 2}",
		"invalid row":   "- {name: a, port: 70000}",
		"no port":       "- {name: a}",
		"same name":     "- {name: a, port: 1}\n- {name: a, port: 2}",
		"not a list":    "name: a",
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := parse([]byte(data)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestWithAdds(t *testing.T) {
	mine := Row{Name: "mystore", Port: 8080, Match: []Match{{Images: []string{"mystore"}}}, Scheme: "https"}
	other := Row{Name: "elsewhere", Port: 9000, Selector: map[string]string{"v1.min.io/tenant": "t"}}
	wasabi := Row{Name: "wasabi", External: true}
	r, err := Default().With([]Row{mine, other, wasabi})
	if err != nil {
		t.Fatal(err)
	}
	names := r.Names()
	if diff := cmp.Diff([]string{"external", "mystore", "elsewhere", "wasabi"}, names[len(names)-4:]); diff != "" {
		t.Errorf("last names (-want +got):\n%s", diff)
	}
	got, _ := r.Lookup("mystore")
	mine.Match = append(mine.Match, Match{Labels: map[string]string{"app.kubernetes.io/name": "mystore"}})
	if diff := cmp.Diff(mine, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	if got, _ := r.Lookup("wasabi"); len(got.Match) > 0 {
		t.Errorf("an external row got a match: %+v", got.Match)
	}
	if _, ok := Default().Lookup("mystore"); ok {
		t.Error("With changed the registry it was called on")
	}
}

func TestWithOverrides(t *testing.T) {
	base, _ := Default().Lookup("minio")
	cases := map[string]struct {
		row  Row
		want func(*Row)
	}{
		"nothing": {Row{Name: "minio"}, func(*Row) {}},
		"port, and the names that would come first go": {
			Row{Name: "minio", Port: 9900},
			func(r *Row) { r.Port, r.PortNames = 9900, nil },
		},
		"port and its names": {
			Row{Name: "minio", Port: 9900, PortNames: []string{"s3"}},
			func(r *Row) { r.Port, r.PortNames = 9900, []string{"s3"} },
		},
		"one list of credentials": {
			Row{Name: "minio", Credentials: Credentials{AccessKeyEnv: []string{"USER"}}},
			func(r *Row) { r.Credentials.AccessKeyEnv = []string{"USER"} },
		},
		"the rest": {
			Row{
				Name: "minio", Match: []Match{{Images: []string{"store"}}}, Parts: []Match{{Images: []string{"ui"}}},
				Selector: map[string]string{"a": "b"}, Scheme: "https", HealthPath: "/ok", Lacks: []string{"lock"},
				Credentials: Credentials{SecretKeyEnv: []string{"PW"}, FileSuffix: "_PATH", SecretKeys: []KeyPair{{"u", "p"}}},
			},
			func(r *Row) {
				r.Match, r.Parts = []Match{{Images: []string{"store"}}}, []Match{{Images: []string{"ui"}}}
				r.Selector, r.Scheme, r.HealthPath, r.Lacks = map[string]string{"a": "b"}, "https", "/ok", []string{"lock"}
				r.Credentials.SecretKeyEnv, r.Credentials.FileSuffix = []string{"PW"}, "_PATH"
				r.Credentials.SecretKeys = []KeyPair{{"u", "p"}}
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := Default().With([]Row{c.row})
			if err != nil {
				t.Fatal(err)
			}
			want := base
			c.want(&want)
			got, _ := r.Lookup("minio")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(Default().Names(), r.Names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithReportsEveryRow(t *testing.T) {
	_, err := Default().With([]Row{
		{Name: "a", Port: 1},
		{Name: "b"},
		{Name: "a", Port: 2},
		{Name: "minio", External: true},
		{Name: "C", Port: -1},
	})
	want := []string{
		"[1].port: b needs the container port that serves S3",
		`[2].name: "a" is given twice`,
		"[3].match: an external provider has no workload to recognise",
		"[3].parts: an external provider has no workload to recognise",
		`[4].name: "C" must be 1 to 32 lower-case letters, digits and dashes, and neither begin nor end with a dash`,
		"[4].port: -1 is not a port: use 1 to 65535",
	}
	if diff := cmp.Diff(want, messages(t, err)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// messages returns the texts of a joined error, all of which must be field errors.
func messages(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("%v is not a list of errors", err)
	}
	var texts []string
	for _, e := range joined.Unwrap() {
		if _, ok := errors.AsType[*FieldError](e); !ok {
			t.Errorf("%v is no field error", e)
		}
		texts = append(texts, e.Error())
	}
	return texts
}
