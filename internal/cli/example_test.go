package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

func ExampleMain() {
	newRoot := func(cli.Streams) *cobra.Command {
		root := &cobra.Command{Use: "ferry"}
		root.AddCommand(&cobra.Command{Use: "plan", RunE: func(*cobra.Command, []string) error {
			return cli.Refused.Errorf("revision 8 would delete claim data-minio-0").
				WithHint("set minio.enabled=true")
		}})
		return root
	}
	streams := cli.Streams{In: strings.NewReader(""), Out: os.Stdout, Err: os.Stdout}
	fmt.Println("exit code", cli.Main(context.Background(), "ferry", streams, []string{"plan"}, newRoot))
	fmt.Println("exit code", cli.Main(context.Background(), "ferry", streams, []string{"plam"}, newRoot))
	// Output:
	// ferry: error: revision 8 would delete claim data-minio-0
	// hint: set minio.enabled=true
	// exit code 4
	// ferry: error: ferry has no command "plam"
	// hint: ferry plan
	// exit code 2
}

type ports []string

func (p ports) Table() cli.Table {
	table := cli.Table{Header: []string{"NAME", "PORT"}}
	for _, name := range p {
		table.Rows = append(table.Rows, []string{name, ""})
	}
	return table
}

func ExamplePrint() {
	for _, format := range []cli.Format{cli.TableFormat, cli.JSONFormat, cli.YAMLFormat} {
		if err := cli.Print(os.Stdout, format, ports{"minio", "rustfs"}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// NAME     PORT
	// minio    -
	// rustfs   -
	// [
	//   "minio",
	//   "rustfs"
	// ]
	// - minio
	// - rustfs
}

func ExampleHelm4Error() {
	err := cli.WithHint(errors.New("line 3: not YAML\nline 9: not YAML"), "helm template . shows the stream")
	if err := cli.Helm4Error(os.Stdout, err); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ferry: error
	// --- ferry: line 3: not YAML; line 9: not YAML; hint: helm template . shows the stream
}
