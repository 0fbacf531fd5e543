package main

import (
	"bytes"
	_ "embed"
	"text/template"

	"github.com/helm-ferry/ferry/internal/peers"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// view is what the page shows.
type view struct {
	Results
}

// Row is a scenario with what became of each program.
type Row struct {
	Title, About string
	Cells        []Cell
}

// Cell is what became of a program, in a word and in numbers.
type Cell struct {
	Word, Details string
}

// Rows are the cases that were played.
func (v view) Rows() []Row {
	var rows []Row
	for _, c := range cases() {
		row := Row{Title: c.title, About: c.about}
		for _, program := range []string{peers.MC, peers.Rclone, peers.Ferry} {
			for _, o := range v.Outcomes {
				if o.Case == c.name && o.Program == program {
					row.Cells = append(row.Cells, Cell{o.Verdict.word(), o.details()})
				}
			}
		}
		rows = append(rows, row)
	}

	return rows
}

// word has what must not happen stand out.
func (v Verdict) word() string {
	if v == Silent || v == Damage {
		return "**" + string(v) + "**"
	}

	return string(v)
}

// page is docs/survival.md.
func (r Results) page() ([]byte, error) {
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, view{r}); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}
