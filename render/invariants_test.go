package render_test

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// secretMark is part of every password in the manifests that tests render: where it turns up, a
// secret has come out.
const secretMark = "horse"

// checkInvariants demands of a rendering that succeeded what every rendering promises.
func checkInvariants(t *testing.T, input []byte, rendering *render.Rendering, cfg render.Config) {
	t.Helper()
	checkOutput(t, rendering, cfg.Door)
	checkKept(t, input, rendering, cfg.Door)
	checkAdded(t, rendering, cfg.Door)
	checkSecrets(t, rendering)
	checkTwice(t, rendering, cfg)
	if _, err := throughHelm4(input); err == nil && cfg.Door == render.Helm4 {
		checkRoundTrip(t, rendering, cfg)
	}
}

// checkOutput demands text that is not blank and that reads as the documents of the rendering.
func checkOutput(t *testing.T, rendering *render.Rendering, door render.Door) {
	t.Helper()
	output := rendering.Bytes()
	if len(bytes.TrimSpace(output)) == 0 {
		t.Error("the output is blank")
	}
	documents, err := documentsOf(output, door)
	if err != nil {
		t.Fatalf("the output cannot be parsed: %v", err)
	}
	var got, want []string
	for _, document := range documents {
		got = append(got, titles(document)...)
	}
	for _, document := range rendering.Stream.Documents {
		want = append(want, titles(document)...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects of the output (-rendering +read back):\n%s", diff)
	}
	at := 0
	for _, document := range rendering.Stream.Documents {
		text := bytes.TrimRight(document.Bytes(), "\r\n")
		if door == render.KRM || len(text) == len(document.Bytes()) {
			continue // of a list, or to be ended before another can follow
		}
		index := bytes.Index(output[at:], text)
		if index < 0 {
			t.Fatalf("%s is not in the output behind the one before it, byte for byte", document.Title())
		}
		at += index + len(text)
	}
}

func documentsOf(data []byte, door render.Door) ([]*manifest.Document, error) {
	if door == render.KRM {
		list, err := manifest.ParseResourceList(data)
		if err != nil {
			return nil, err
		}
		return list.Items.Documents, nil
	}
	stream, err := manifest.Parse(data)
	if err != nil {
		return nil, err
	}
	return stream.Documents, nil
}

func titles(document *manifest.Document) []string {
	var names []string
	for _, o := range document.Objects() {
		names = append(names, o.APIVersion+" "+o.Title())
	}
	return names
}

// checkKept demands that every document of the input is still there, in order, with its bytes; and
// that what differs in a changed one is what is recorded, no more and no less. Documents that an
// earlier rendering added may be replaced or taken out.
func checkKept(t *testing.T, input []byte, rendering *render.Rendering, door render.Door) {
	t.Helper()
	before, err := documentsOf(input, door)
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range rendering.Stream.Documents {
		if document.Added() {
			continue
		}
		for len(before) > 0 && ours(before[0]) && !bytes.Equal(before[0].Original(), document.Original()) {
			before = before[1:]
		}
		if len(before) == 0 || !bytes.Equal(before[0].Original(), document.Original()) {
			t.Fatalf("%s is lost, changed or out of order", document.Title())
		}
		checkEdits(t, before[0], document, rendering.Changes)
		before = before[1:]
	}
	for _, document := range before {
		if !ours(document) {
			t.Errorf("%s is lost", document.Title())
		}
	}
}

// ours tells whether a document is one that Ferry adds.
func ours(document *manifest.Document) bool {
	objects := document.Objects()
	return len(objects) == 1 && objects[0].Labels()["app.kubernetes.io/part-of"] == "ferry" && objects[0].Labels()["helm-ferry.dev/name"] != ""
}

// checkEdits compares two versions of a document, value by value.
func checkEdits(t *testing.T, before, after *manifest.Document, changes []render.Change) {
	t.Helper()
	if len(changesOf(changes, after)) == 0 {
		if !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Errorf("%s has changed, and no change is recorded", after.Title())
		}
		return
	}
	reread, err := manifest.Parse(after.Bytes())
	if err != nil {
		t.Fatalf("%s: %v", after.Title(), err)
	}
	for i, o := range after.Objects() {
		old, now := flatten(before.Objects()[i].Root()), flatten(reread.Objects()[i].Root())
		recorded := map[string]render.Change{}
		for _, change := range changes {
			if change.Object == o {
				recorded[pointer(change.Path)] = change
			}
		}
		checkValues(t, o, old, now, recorded)
	}
}

func changesOf(changes []render.Change, document *manifest.Document) []render.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c render.Change) bool { return c.Object.Document() != document })
}

// containsAll tells whether a value has every address that a change records; their users are hidden.
func containsAll(value, recorded string) bool {
	for part := range strings.SplitSeq(recorded, ", ") {
		_, after, found := strings.Cut(part, "(hidden)")
		if !found {
			after = part
		}
		if !strings.Contains(value, after) {
			return false
		}
	}
	return true
}

func checkValues(t *testing.T, o *manifest.Object, old, now map[string]string, recorded map[string]render.Change) {
	t.Helper()
	for place := range recorded {
		if strings.Contains(place, "volumeClaimTemplates") {
			t.Errorf("%s: %s is immutable", o.Title(), place)
		}
		if now[place] == "" {
			t.Errorf("%s: a change of %s is recorded, where nothing is", o.Title(), place)
		}
	}
	for place := range union(old, now) {
		if old[place] == now[place] {
			continue
		}
		change, found := recorded[place]
		switch {
		case found && o.Kind != "Secret" && !containsAll(now[place], change.New):
			t.Errorf("%s: %s is %q, and the recorded change says %q", o.Title(), place, now[place], change.New)
		case !found && !leadsToOne(place, recorded):
			t.Errorf("%s: %s has changed from %q to %q, which is not recorded", o.Title(), place, old[place], now[place])
		}
	}
}

// leadsToOne tells whether an empty value stood where a recorded change has made a mapping.
func leadsToOne(place string, recorded map[string]render.Change) bool {
	for other := range recorded {
		if strings.HasPrefix(other, place+"/") {
			return true
		}
	}
	return false
}

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for _, m := range []map[string]string{a, b} {
		for key := range m {
			all[key] = true
		}
	}
	return all
}

var (
	dnsName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	labelText = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
)

// components are the values of the component label.
var components = []string{"alias", "config", "credentials", "guard", "migration", "mirror", "snapshot"}

// checkAdded looks at every object that was added.
func checkAdded(t *testing.T, rendering *render.Rendering, door render.Door) {
	t.Helper()
	for _, document := range rendering.Added() {
		for _, o := range document.Objects() {
			checkName(t, rendering, o)
			checkLabels(t, o, o.Labels())
			if o.Namespace != "" {
				t.Errorf("%s has a namespace", o.Title())
			}
			if o.Hook() && door == render.Helm3 {
				t.Errorf("%s is a hook in a stream of Helm 3", o.Title())
			}
			file := o.Annotations()[manifest.FilenameAnnotation]
			if door == render.Helm4 && file == "" {
				t.Errorf("%s has no file name", o.Title())
			}
			if strings.HasPrefix(path.Base(file), "_") {
				t.Errorf("%s: Helm 4 drops a document of the file name %q", o.Title(), file)
			}
			var text any
			if err := yaml.Unmarshal(document.Bytes(), &text); err != nil {
				t.Errorf("%s is not YAML as Kubernetes reads it: %v", o.Title(), err)
			}
			checkPod(t, o)
		}
	}
}

func checkName(t *testing.T, rendering *render.Rendering, o *manifest.Object) {
	t.Helper()
	storage := rendering.Config.Spec.ObjectStorage
	configured := []string{storage.Alias.Name, storage.Credentials.SecretName}
	limit := 63
	switch {
	case o.Kind == "CronJob":
		limit = 52
	case slices.Contains(configured, o.Name) && o.Kind == "Secret":
		limit = 253
	}
	prefix := rendering.Config.Metadata.Name + "-"
	prefix = prefix[:min(len(prefix), limit-18)] // a name that is cut has one or two hashes at its end
	if !strings.HasPrefix(o.Name, prefix) && !slices.Contains(configured, o.Name) {
		t.Errorf("%s: the name does not begin with %q and is not a configured one", o.Title(), prefix)
	}
	if len(o.Name) > limit || !dnsName.MatchString(o.Name) {
		t.Errorf("%s: Kubernetes does not take the name, of %d characters", o.Title(), len(o.Name))
	}
}

func checkLabels(t *testing.T, o *manifest.Object, labels map[string]string) {
	t.Helper()
	if labels["app.kubernetes.io/part-of"] != "ferry" || !slices.Contains(components, labels["app.kubernetes.io/component"]) {
		t.Errorf("%s is labelled %v", o.Title(), labels)
	}
	for key, value := range labels {
		if !labelText.MatchString(value) {
			t.Errorf("%s: label %s: Kubernetes does not take %q", o.Title(), key, value)
		}
	}
}

// subcommands of ferry-hook that Jobs may run; [TestTheGuardCallsWhatFerryHookHas] and its like looks whether it has them.
var subcommands = []string{"guard", "migrate", "mirror", "cutover", "bring-back"}

// checkPod looks at the pods that an added object starts.
func checkPod(t *testing.T, o *manifest.Object) {
	t.Helper()
	template := o.Node("spec", "template")
	if o.Kind == "CronJob" {
		template = o.Node("spec", "jobTemplate", "spec", "template")
	}
	if o.Kind != "Job" && o.Kind != "CronJob" {
		return
	}
	checkLabels(t, o, manifest.StringMap(manifest.Lookup(template, "metadata", "labels")))
	container := manifest.Items(manifest.Lookup(template, "spec", "containers"))[0]
	args := manifest.Items(manifest.Lookup(container, "args"))
	if len(args) == 0 || !slices.Contains(subcommands, manifest.Scalar(args[0])) {
		t.Errorf("%s runs a command that ferry-hook does not have", o.Title())
	}
	for _, argument := range args {
		if strings.Contains(manifest.Scalar(argument), secretMark) {
			t.Errorf("%s has a secret among its arguments", o.Title())
		}
	}
}

// checkSecrets demands that no finding shows a secret.
func checkSecrets(t *testing.T, rendering *render.Rendering) {
	t.Helper()
	var shown strings.Builder
	for _, result := range rendering.Results {
		fmt.Fprintln(&shown, result)
	}
	for _, change := range rendering.Changes {
		if change.Object.Kind == "Secret" {
			fmt.Fprintln(&shown, change.Title, change.Field, change.Old, change.New, change.Why)
		}
	}
	if strings.Contains(shown.String(), secretMark) {
		t.Errorf("a secret is shown:\n%s", shown.String())
	}
}

// checkTwice renders the output again: nothing may change.
func checkTwice(t *testing.T, rendering *render.Rendering, cfg render.Config) {
	t.Helper()
	again, err := render.Render(t.Context(), rendering.Bytes(), cfg)
	if err != nil {
		t.Fatalf("render the output again: %v", err)
	}
	if diff := cmp.Diff(text(rendering, cfg.Door), text(again, cfg.Door)); diff != "" {
		t.Errorf("a second rendering differs (-once +twice):\n%s", diff)
	}
	for _, document := range again.Added() {
		t.Errorf("%s is added once more", document.Title())
	}
	for _, change := range again.Changes {
		t.Errorf("%s %s is changed once more", change.Title, change.Field)
	}
}

var results = regexp.MustCompile(`(?ms)^results:\n.*`)

// text is what a rendering writes, without the findings of a KRM function: those are about one run.
func text(rendering *render.Rendering, door render.Door) string {
	if door == render.KRM {
		return results.ReplaceAllString(string(rendering.Bytes()), "")
	}
	return string(rendering.Bytes())
}

// throughHelm4 reads and writes manifests with kyaml, as Helm 4 does before and after a post-renderer.
func throughHelm4(text []byte) (string, error) {
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(text), OmitReaderAnnotations: true}).Read()
	if err != nil {
		return "", err
	}
	return kio.StringAll(nodes)
}

// checkRoundTrip renders once more what Helm 4 hands on.
func checkRoundTrip(t *testing.T, rendering *render.Rendering, cfg render.Config) {
	t.Helper()
	carried, err := throughHelm4(rendering.Bytes())
	if err != nil {
		t.Fatalf("Helm 4 cannot read the output: %v", err)
	}
	again, err := render.Render(t.Context(), []byte(carried), cfg)
	if err != nil {
		t.Fatalf("render what Helm 4 hands on: %v", err)
	}
	if diff := cmp.Diff(carried, string(again.Bytes())); diff != "" {
		t.Errorf("rendering what Helm 4 hands on differs (-once +twice):\n%s", diff)
	}
}

// failingWriter has no room.
type failingWriter struct{}

// Write fails.
func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
