package render_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
	"github.com/helm-ferry/ferry/render"
)

// Whatever the manifests, the door and the configuration: a rendering keeps its promises, or ends
// in an error that helps and in no output. `go test ./render -run TestGeneratedStreams/SEED` runs one
// scenario.
func TestGeneratedStreams(t *testing.T) {
	const runs = 200
	checked, rendered := 0, 0
	for seed := range uint64(runs) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			checked++
			if checkScenario(t, generate(t, seed)) {
				rendered++
			}
		})
		if t.Failed() {
			s := generate(t, seed)
			t.Fatalf("seed %d, door %d, hooks %q, configuration:\n%s\nmanifests:\n%s", seed, s.config.Door, s.config.Hooks, s.config.Ferry.Text, s.input)
		}
	}
	if checked == runs && rendered < runs/3 {
		t.Errorf("only %d of %d scenarios were rendered: too few to show anything", rendered, runs)
	}
}

// checkScenario tells whether the scenario could be rendered.
func checkScenario(t *testing.T, s scenario) bool {
	t.Helper()
	var out bytes.Buffer
	_, err := render.Run(t.Context(), bytes.NewReader(s.input), &out, s.config)
	if err != nil {
		checkError(t, err, out.Len())
		return false
	}
	rendering := renderTwiceAtOnce(t, s)
	if t.Failed() {
		return false
	}
	if !bytes.Equal(out.Bytes(), rendering.Bytes()) {
		t.Error("Run and Render differ")
	}
	checkInvariants(t, s.input, rendering, s.config)
	return true
}

// renderTwiceAtOnce demands the same bytes from two renderings that run at the same time.
func renderTwiceAtOnce(t *testing.T, s scenario) *render.Rendering {
	t.Helper()
	var renderings [2]*render.Rendering
	var running sync.WaitGroup
	for i := range renderings {
		running.Go(func() {
			rendering, err := render.Render(t.Context(), s.input, s.config)
			if err != nil {
				t.Errorf("the same manifests render once and not twice: %v", err)
			}
			renderings[i] = rendering
		})
	}
	running.Wait()
	if t.Failed() {
		return nil
	}
	if !bytes.Equal(renderings[0].Bytes(), renderings[1].Bytes()) {
		t.Error("the same manifests give different bytes")
	}
	return renderings[0]
}

// checkError demands an error that says where and what, shows no secret, and comes without output.
func checkError(t *testing.T, err error, written int) {
	t.Helper()
	var fault *render.Error
	var syntax *manifest.SyntaxError
	var faults config.Errors
	var row *provider.FieldError
	switch {
	case errors.As(err, &fault):
		if fault.Message == "" || fault.Object == "" && fault.Field == "" && fault.Remedy == "" {
			t.Errorf("the error does not help: %v", err)
		}
	case errors.As(err, &syntax), errors.As(err, &faults), errors.As(err, &row):
	default:
		t.Errorf("an error that nobody expects: %v", err)
	}
	if strings.Contains(err.Error()+hint(err), secretMark) {
		t.Errorf("the error shows a secret: %v", err)
	}
	if written > 0 {
		t.Errorf("%d bytes are written in spite of the error %v", written, err)
	}
}

// The output is never blank, whatever a rendering holds.
func TestBlankStreamIsNeverWritten(t *testing.T) {
	for _, documents := range [][]string{nil, {"\n"}, {"---\n"}, {"---\n", "\n \n"}} {
		stream, err := manifest.Parse([]byte(strings.Join(documents, "")))
		if err != nil {
			t.Fatal(err)
		}
		text := (&render.Rendering{Stream: stream}).Bytes()
		if len(bytes.TrimSpace(text)) == 0 {
			t.Errorf("%q is rendered as %q", documents, text)
		}
	}
}

func TestErrorsOfTheCallerAreToldApart(t *testing.T) {
	s := generate(t, 0)
	s.config.Door, s.config.Hooks = render.Helm3, render.HooksAuto
	if _, err := render.Run(t.Context(), strings.NewReader(""), failingWriter{}, s.config); err == nil || !strings.HasPrefix(err.Error(), "write manifests: ") {
		t.Errorf("a writer without room: %v", err)
	}
}
