package loss

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

// Table is all rows.
type Table struct {
	Rows []*Row `json:"rows"`
}

//go:embed page.md.tmpl
var page string

// Paths below the root of the module.
const (
	ResultsFile = "docs/results/guard.json"
	PageFile    = "docs/guard.md"
)

// Write writes results and page.
func (t Table) Write(root string) error {
	slices.SortFunc(t.Rows, func(a, b *Row) int { return strings.Compare(a.Name, b.Name) })
	doc, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	text, err := t.Page()
	if err != nil {
		return err
	}

	return errors.Join(
		os.WriteFile(filepath.Join(root, ResultsFile), append(doc, '\n'), 0o644),
		os.WriteFile(filepath.Join(root, PageFile), text, 0o644),
	)
}

// Load reads results.
func Load(root string) (Table, error) {
	doc, err := os.ReadFile(filepath.Join(root, ResultsFile))
	if err != nil {
		return Table{}, err
	}
	var t Table
	if err := json.Unmarshal(doc, &t); err != nil {
		return Table{}, fmt.Errorf("%s: %w", ResultsFile, err)
	}

	return t, nil
}

// Page is the page of the table.
func (t Table) Page() ([]byte, error) {
	tmpl, err := template.New("page").Funcs(template.FuncMap{
		"cell":    func(r *Row, way string) string { return r.Outcomes[Way(way)].words() },
		"verdict": func(r *Row) string { return r.Outcomes[Ferry].verdict() },
	}).Parse(page)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, t); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}

// verdict is the guard's, in code so that nothing in it is taken for Markdown.
func (o *Outcome) verdict() string {
	if o == nil || o.Verdict == "" {
		return ""
	}

	return "`" + o.Verdict + "`"
}

// words says what became of the data.
func (o *Outcome) words() string {
	switch {
	case o == nil:
		return "not run"
	case o.Left < o.Before:
		return fmt.Sprintf("**%d of %d bytes gone**, exit %d", o.Before-o.Left, o.Before, o.Exit)
	case o.Verdict != "":
		return fmt.Sprintf("refused, all %d bytes read", o.After)
	case o.Back > 0:
		return fmt.Sprintf("kept, all %d bytes read by the next release with the claim, exit %d", o.Back, o.Exit)
	case o.Lost():
		return fmt.Sprintf("%d bytes out of reach, exit %d", o.Before-o.After, o.Exit)
	default:
		return fmt.Sprintf("all %d bytes read, exit %d", o.After, o.Exit)
	}
}
