package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// Format is the form in which a command prints its result; it is the value of the flag -o.
type Format string

// The formats that every result has.
const (
	TableFormat Format = "table"
	JSONFormat  Format = "json"
	YAMLFormat  Format = "yaml"
)

// formats returns all formats, the default first.
func formats() []string { return []string{string(TableFormat), string(JSONFormat), string(YAMLFormat)} }

// AddFormatFlag adds the flag -o to a command. The default is the value that format has, or table.
func AddFormatFlag(cmd *cobra.Command, format *Format) {
	if *format == "" {
		*format = TableFormat
	}
	cmd.Flags().VarP(format, "output", "o", "output format: "+strings.Join(formats(), ", "))
	complete := cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc("output", complete); err != nil {
		panic(err) // the flag is defined twice
	}
}

// String returns the name of the format.
func (f *Format) String() string { return string(*f) }

// Type names the kind of value in help.
func (f *Format) Type() string { return "format" }

// Set reads the name of a format.
func (f *Format) Set(name string) error {
	if !slices.Contains(formats(), name) {
		return fmt.Errorf("must be one of %s", strings.Join(formats(), ", "))
	}
	*f = Format(name)
	return nil
}

// Result is what a command prints: data for programs by its JSON tags, a table for people.
type Result interface{ Table() Table }

// Table is the form of a [Result] that people read.
type Table struct {
	// Header names the columns, in capitals.
	Header []string
	// Rows are the cells; an empty one is shown as a dash.
	Rows [][]string
}

// Print writes a result in a format.
func Print(w io.Writer, format Format, result Result) error {
	var err error
	switch format {
	case JSONFormat:
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(result)
	case YAMLFormat:
		var text []byte
		if text, err = yaml.Marshal(result); err == nil {
			_, err = w.Write(text)
		}
	default:
		err = result.Table().write(w)
	}
	if err != nil {
		return fmt.Errorf("print as %s: %w", format, err)
	}
	return nil
}

func (t Table) write(w io.Writer) error {
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = strings.Join(slices.Collect(lines(cell)), " "); cells[i] == "" {
				cells[i] = "-"
			}
		}
		if _, err := fmt.Fprintln(columns, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return columns.Flush()
}
