package starter_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/starter"
)

func document(t *testing.T, manifests string) string {
	t.Helper()
	stream, err := manifest.Parse([]byte(manifests))
	if err != nil {
		t.Fatal(err)
	}
	text, err := starter.Document("shop", stream)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every document loads as it is, and with all its examples made uncommented.
func TestDocumentsLoad(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	example := regexp.MustCompile(`(?m)^( *)# (( *)([a-z][A-Za-z]*:|- name:).*)$`)
	for _, input := range inputs {
		if strings.HasSuffix(input, ".golden.yaml") {
			continue
		}
		t.Run(filepath.Base(input), func(t *testing.T) {
			data, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			text := document(t, string(data))
			golden.Equal(t, strings.TrimSuffix(input, ".yaml")+".golden.yaml", []byte(text))
			if _, err := config.Load("as written", []byte(text)); err != nil {
				t.Error(err)
			}
			_, body, _ := strings.Cut(text, "apiVersion:")
			uncommented := "apiVersion:" + example.ReplaceAllString(body, "$1$2")
			uncommented = regexp.MustCompile(`(?m)^ *(auto|Seen|The|Consumers|keys).*$`).ReplaceAllString(uncommented, "")
			if _, err := config.Load("with its examples", []byte(uncommented)); err != nil {
				t.Errorf("%v\n%s", err, uncommented)
			}
		})
	}
}

func TestNameIsChecked(t *testing.T) {
	if _, err := starter.Document("Not a name", &manifest.Stream{}); err == nil || !strings.HasPrefix(err.Error(), `--name: "Not a name" is not a name`) {
		t.Errorf("error %v does not name --name", err)
	}
}
