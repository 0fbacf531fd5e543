package docgen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	run := func(*cobra.Command, []string) error { return nil }
	root := &cobra.Command{Use: "boat", Short: "Float"}
	root.PersistentFlags().Bool("quiet", false, "say less")
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(&cobra.Group{ID: "sea", Title: "At sea:"})
	row := &cobra.Command{
		Use: "row SHORE", GroupID: "sea", Short: "Row to a shore", RunE: run,
		Long:    "Row to a <shore>, by *arms*:\n\n  oars out\n  pull\n\nand again.",
		Example: "  boat row north\n    --fast",
	}
	row.Flags().Int("strokes", 7, "`number` of strokes")
	root.AddCommand(row, &cobra.Command{Use: "sink", Hidden: true, RunE: run}, &cobra.Command{Use: "moor", Short: "Moor", RunE: run})
	return root
}

func ExamplePages() {
	pages := Pages(newRoot(), "generated")
	fmt.Println(slices.Sorted(maps.Keys(pages)))
	fmt.Printf("%s", pages["boat_row.md"])
	// Output:
	// [boat.md boat_moor.md boat_row.md]
	// # boat row
	//
	// <!-- generated -->
	//
	// Row to a \<shore>, by \*arms\*:
	//
	// ```
	// oars out
	// pull
	// ```
	//
	// and again.
	//
	// ```
	// boat row SHORE [flags]
	// ```
	//
	// ## Examples
	//
	// ```
	// boat row north
	//   --fast
	// ```
	//
	// ## Flags
	//
	// ```
	// -h, --help             help for row
	//     --strokes number   number of strokes (default 7)
	// ```
	//
	// ## Flags of every command
	//
	// ```
	// --quiet   say less
	// ```
	//
	// [Exit codes](boat.md#exit-codes)
}

func TestRootPageListsCommandsAndExitCodes(t *testing.T) {
	page := string(Pages(newRoot(), "generated")["boat.md"])
	for _, want := range []string{
		"## At sea\n\n| command | does |\n|---|---|\n| [`boat row`](boat_row.md) | Row to a shore |\n",
		"## Commands\n\n| command | does |\n|---|---|\n| [`boat moor`](boat_moor.md) | Moor |\n",
		"## Exit codes\n\nThe same for every command:\n\n```\n0    done\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks\n%s\n\n%s", want, page)
		}
	}
	if strings.Contains(page, "sink") || strings.Contains(page, "boat_help") {
		t.Errorf("the page lists what help does not:\n%s", page)
	}
}

func TestUnindent(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "",
		"a":                  "a",
		"  a\n\n    b\n":     "a\n\n  b",
		"\n  a\n b\n":        " a\nb",
		"  a  \n  # größe\n": "a  \n# größe",
	} {
		if diff := cmp.Diff(want, unindent(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
