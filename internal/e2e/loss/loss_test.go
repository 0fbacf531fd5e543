package loss_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/e2e/loss"
)

func ExampleRow_Judge() {
	row := &loss.Row{Name: "disabled"}
	row.Set(loss.Helm3, loss.Outcome{Before: 10})
	row.Set(loss.Helm4, loss.Outcome{Before: 10})
	row.Set(loss.Ferry, loss.Outcome{Before: 10, After: 10, Left: 10, Exit: 1, Verdict: "REFUSED: …"})
	fmt.Println(row.Judge(loss.Ways()...))
	row.Set(loss.Ferry, loss.Outcome{Before: 10})
	fmt.Println(row.Judge(loss.Ways()...))
	row.Set(loss.Ferry, loss.Outcome{Before: 10, Left: 10})
	fmt.Println(row.Judge(loss.Ways()...))
	// Output:
	// <nil>
	// disabled: 10 of 10 bytes are gone with Ferry
	// disabled: of 10 bytes that Ferry has kept a release reads 0
}

func TestPage(t *testing.T) {
	row := &loss.Row{Name: "disabled", What: "A sub-chart is switched off"}
	row.Set(loss.Helm3, loss.Outcome{Before: 10})
	row.Set(loss.Helm4, loss.Outcome{Before: 10, Left: 10})
	row.Set(loss.Ferry, loss.Outcome{Before: 10, After: 10, Left: 10, Exit: 1, Verdict: "REFUSED: no"})
	removed := &loss.Row{Name: "uninstall", What: "helm uninstall"}
	removed.Set(loss.Ferry, loss.Outcome{Before: 10, Left: 10, Back: 10})
	page, err := loss.Table{Rows: []*loss.Row{row, removed}}.Page()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"| A sub-chart is switched off | **10 of 10 bytes gone**, exit 0 | 10 bytes out of reach, exit 0 | refused, all 10 bytes read |", "| not run | kept, all 10 bytes read by the next release with the claim, exit 0 |", "\n- `REFUSED: no`\n",
	} {
		if !strings.Contains(string(page), text) {
			t.Errorf("the page has no %q:\n%s", text, page)
		}
	}
}

// The committed page tells of the committed results, and those are of all rows, as they have to be.
func TestCommittedResults(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	table, err := loss.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.Page()
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join(root, loss.PageFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(want) {
		t.Error("docs/guard.md is not what the results say: make e2e-full")
	}
	rows, err := filepath.Glob(filepath.Join(root, "testdata", "e2e", "loss", "*.txtar"))
	if err != nil || len(rows) < 25 || len(rows) != len(table.Rows) {
		t.Errorf("%d rows in the results, %d in testdata: %v", len(table.Rows), len(rows), err)
	}
	for _, row := range table.Rows {
		if err := row.Judge(loss.Ways()...); err != nil {
			t.Error(err)
		}
	}
}
