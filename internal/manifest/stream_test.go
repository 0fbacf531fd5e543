package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What nobody touched is written back byte for byte, alone and in any company.
func TestUntouchedDocumentsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, documents := range []map[string]string{tricky, harmless} {
		for name, text := range documents {
			checkUntouched(t, name, text)
			checkUntouched(t, "second "+name, "---\nkind: First\n---\n"+strings.TrimPrefix(strings.TrimPrefix(text, "\uFEFF"), "---\n"))
			if !strings.HasPrefix(text, "%") && !strings.Contains(text, "\n%YAML") && !strings.HasPrefix(text, "\uFEFF") {
				all.WriteString("---\n" + strings.TrimRight(strings.TrimPrefix(text, "---\n"), "\n") + "\n")
			}
		}
	}
	checkUntouched(t, "all of them", all.String())
	checkUntouched(t, "nothing", "")
}

func checkUntouched(t *testing.T, name, text string) {
	t.Helper()
	stream, err := Parse([]byte(text))
	if err != nil {
		if !strings.Contains(name, "directives") && !strings.Contains(name, "version") { // those must come first
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	if out := string(stream.Bytes()); out != text {
		t.Errorf("%s: got %q, want %q", name, out, text)
	}
}

func TestEditedDocumentLeavesItsNeighboursAlone(t *testing.T) {
	t.Parallel()
	before, after := tricky["comments everywhere"], "---\n"+tricky["literals"]
	stream, err := Parse([]byte(before + tricky["plain"] + after))
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range stream.Objects() {
		if object.Name == "plain" {
			object.SetAnnotation("a", "b")
		}
	}
	edited := strings.Replace(tricky["plain"], "  name: plain\n", "  name: plain\n  annotations:\n    a: b\n", 1)
	if diff := cmp.Diff(before+edited+after, string(stream.Bytes())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Documents can be put anywhere: what stands around them gets the separators that it needs then,
// and keeps its values.
func TestInsert(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text, insert string
		at           int
		want         string
	}{
		"into nothing":            {"", "kind: N\n", 0, "---\nkind: N\n"},
		"before no separator":     {"kind: A\n", "kind: N\n", 0, "---\nkind: N\n---\nkind: A\n"},
		"behind":                  {"kind: A\n", "---\nkind: N\n", 1, "kind: A\n---\nkind: N\n"},
		"behind no line end":      {"kind: A", "kind: N", 1, "kind: A\n---\nkind: N\n"},
		"behind an end marker":    {"kind: A\n...\n", "kind: N\n", 1, "kind: A\n...\n---\nkind: N\n"},
		"before directives":       {"%YAML 1.1\n---\nkind: A\n", "kind: N\n", 0, "---\nkind: N\n...\n%YAML 1.1\n---\nkind: A\n"},
		"between":                 {"kind: A\n---\nkind: B\n", "# c\nkind: N\n", 1, "kind: A\n---\n# c\nkind: N\n---\nkind: B\n"},
		"below a byte order mark": {"\uFEFFkind: A\n", "kind: N\n", 0, "\uFEFF---\nkind: N\n---\nkind: A\n"},
		"behind an open text":     {"kind: A\nb: |\n  c", "kind: N\n", 1, "kind: A\nb: |-\n  c\n---\nkind: N\n"},
		"behind an open keep":     {"kind: A\nb: |+\n  c", "kind: N\n", 1, "kind: A\nb: |-\n  c\n---\nkind: N\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			want := valuesOf(t, stream)
			document, err := NewDocument([]byte(test.insert))
			if err != nil {
				t.Fatal(err)
			}
			stream.Insert(test.at, document)
			if diff := cmp.Diff(test.want, string(stream.Bytes())); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, err := Parse(stream.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			for i, document := range again.Documents {
				if document.objects[0].Kind == "N" {
					again.Documents = append(again.Documents[:i:i], again.Documents[i+1:]...)
					break
				}
			}
			if diff := cmp.Diff(want, valuesOf(t, again)); diff != "" {
				t.Errorf("the neighbours changed, -want +got:\n%s", diff)
			}
		})
	}
}

func TestNewDocumentIsOneDocument(t *testing.T) {
	t.Parallel()
	if _, err := NewDocument([]byte("kind: A\n---\nkind: B\n")); err == nil {
		t.Error("two documents are taken for one")
	}
	if _, err := NewDocument([]byte("kind: [\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v", err)
	}
	text := []byte("kind: A\n")
	document, err := NewDocument(text)
	if err != nil || !document.Added() || string(document.Bytes()) != "---\nkind: A\n" || document.Title() != "A" {
		t.Errorf("%v %+v", err, document)
	}
}

// Added documents stand where Helm would install them.
func TestPlace(t *testing.T) {
	t.Parallel()
	const hook = "{kind: Job, metadata: {annotations: {helm.sh/hook: pre-install}}}"
	for name, test := range map[string]struct {
		stream []string
		add    string
		want   string
	}{
		"in the middle":          {[]string{"{kind: Secret}", "{kind: Service}"}, "{kind: ConfigMap}", "Secret ConfigMap Service"},
		"behind its own kind":    {[]string{"{kind: Service}", "{kind: Job}"}, "{kind: Service, n: 2}", "Service Service2 Job"},
		"at the end":             {[]string{"{kind: Service}"}, "{kind: CronJob}", "Service CronJob"},
		"custom last":            {[]string{"{kind: Service}", "{kind: Thing}"}, "{kind: Other}", "Service Thing Other"},
		"before the custom ones": {[]string{"{kind: Service}", "{kind: Thing}"}, "{kind: Ingress}", "Service Ingress Thing"},
		"hooks have no say":      {[]string{hook, "{kind: Secret}", hook, "{kind: Deployment}"}, "{kind: Service}", "Job Secret Job Service Deployment"},
		"nor have comments":      {[]string{"# HIDDEN: x", "{kind: Secret}", "# y"}, "{kind: Service}", "# Secret # Service"},
		"into nothing":           {nil, "{kind: Service}", "Service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(strings.Join(append([]string{""}, test.stream...), "\n--- \n")))
			if err != nil {
				t.Fatal(err)
			}
			document, err := NewDocument([]byte(test.add))
			if err != nil {
				t.Fatal(err)
			}
			stream.Place(document)
			var got []string
			for _, document := range stream.Documents {
				if _, isComment := document.Comment(); isComment {
					got = append(got, "#")
				} else if len(document.Objects()) > 0 {
					got = append(got, document.objects[0].Kind+document.objects[0].String("n"))
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
