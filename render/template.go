package render

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"go.yaml.in/yaml/v3"
)

//go:embed templates/*.yaml
var templateFiles embed.FS

// impure are the functions of sprig's hermetic set that are not functions of their arguments alone,
// or have no place in a manifest.
var impure = [...]string{
	// the clock and the time zone
	"ago", "durationRound", "toDate", "mustToDate",
	// chance
	"shuffle", "randInt",
	// the order of Go's maps
	"keys", "values",
	// the paths of the operating system
	"osBase", "osClean", "osDir", "osExt", "osIsAbs",
	// keys and certificates
	"bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert",
	"genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "buildCustomCert", "encryptAES", "decryptAES",
}

// templates are parsed when the first object is added: rendering nothing costs nothing.
var templates = sync.OnceValue(func() *template.Template {
	functions := sprig.HermeticTxtFuncMap()
	for _, name := range impure {
		delete(functions, name)
	}
	// JSON is YAML: a value is quoted right wherever it stands
	functions["json"] = func(value any) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	}
	set := template.New("").Option("missingkey=error")
	functions["include"] = func(name string, values any) (string, error) {
		var text strings.Builder
		err := set.ExecuteTemplate(&text, name, values)
		return text.String(), err
	}
	return template.Must(set.Funcs(functions).ParseFS(templateFiles, "templates/*.yaml"))
})

// object runs one template and returns the mapping of the object that it phrases.
func (s *state) object(name string, values map[string]any) (*yaml.Node, error) {
	all := map[string]any{"name": s.cfg.Metadata.Name, "storage": s.cfg.Spec.ObjectStorage}
	maps.Copy(all, values)
	var text bytes.Buffer
	if err := templates().ExecuteTemplate(&text, name, all); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text.Bytes(), &document); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return plain(document.Content[0]), nil
}

// podTemplate merges spec.podTemplate into the pod template at a path of an object.
func (s *state) podTemplate(root *yaml.Node, path ...string) error {
	if len(s.cfg.Spec.PodTemplate) == 0 {
		return nil
	}
	var over yaml.Node
	if err := over.Encode(s.cfg.Spec.PodTemplate); err != nil {
		return fmt.Errorf("spec.podTemplate: %w", err)
	}
	target := root
	for _, key := range path {
		for i := 0; i < len(target.Content); i += 2 {
			if target.Content[i].Value == key {
				target = target.Content[i+1]
				break
			}
		}
	}
	merge(target, &over, "")
	return nil
}
