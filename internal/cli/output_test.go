package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

type stores []store

type store struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
}

func (s stores) Table() Table {
	table := Table{Header: []string{"NAME", "NOTE"}}
	for _, one := range s {
		table.Rows = append(table.Rows, []string{one.Name, one.Note})
	}
	return table
}

func TestPrint(t *testing.T) {
	result := stores{{"größe", "a <b> & c"}, {"minio", ""}, {"rustfs", "two\nlines\tand \x1b[31m"}}
	tests := map[Format]string{
		TableFormat: "NAME     NOTE\ngröße    a <b> & c\nminio    -\nrustfs   two lines and \uFFFD[31m\n",
		JSONFormat: "[\n  {\n    \"name\": \"größe\",\n    \"note\": \"a <b> & c\"\n  },\n  {\n    \"name\": \"minio\"\n  },\n" +
			"  {\n    \"name\": \"rustfs\",\n    \"note\": \"two\\nlines\\tand \\u001b[31m\"\n  }\n]\n",
		YAMLFormat: "- name: größe\n  note: a <b> & c\n- name: minio\n- name: rustfs\n  note: \"two\\nlines\\tand \\e[31m\"\n",
	}
	for format, want := range tests {
		t.Run(string(format), func(t *testing.T) {
			var out bytes.Buffer
			if err := Print(&out, format, result); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestPrintReportsAFailedWrite(t *testing.T) {
	for _, format := range []Format{TableFormat, JSONFormat, YAMLFormat} {
		err := Print(broken{}, format, stores{{"minio", ""}})
		if want := "print as " + string(format) + ": no space left on device"; err == nil || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
	}
}

func TestFormatFlag(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{nil, "table"},
		{[]string{"-o", "json"}, "json"},
		{[]string{"--output=yaml"}, "yaml"},
		{[]string{"-o", "xml"}, `invalid argument "xml" for "-o, --output" flag: must be one of table, json, yaml`},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			var format Format
			cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return nil }}
			AddFormatFlag(cmd, &format)
			var got string
			if err := cmd.ParseFlags(test.args); err != nil {
				got = err.Error()
			} else {
				got = string(format)
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
