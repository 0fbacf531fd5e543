package pages

import (
	"os"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestLinesOfMigrate types the lines of kubectl that docs/migrate.md has. Logs are those of pods, which are
// not here.
func TestLinesOfMigrate(t *testing.T) {
	testworld.Wide(t, "TestExcerpts of the docs, and TestMigrate on a real cluster")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	s.ferry(t, "upgrade"+prepare)
	s.typedFromPage(t, "kubectl wait ", "condition met")
	s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
	s.typedFromPage(t, "kubectl get configmap lake-migration-record ", "minio versitygw proven 20")
	s.typedFromPage(t, "kubectl get service lake-objectstorage ", "versitygw")
	_, err := s.call(t, "bash", "-c", lineOfMigrate(t, "kubectl get configmap lake-cutover-journal "))
	refused(t, err, `configmaps "lake-cutover-journal" not found`)
}

// typedFromPage types the line that begins so, and demands a part of its output.
func (s *storeRoom) typedFromPage(t *testing.T, begin, want string) {
	t.Helper()
	if output := s.must(t, "bash", "-c", lineOfMigrate(t, begin)); !strings.Contains(output, want) {
		t.Errorf("%s… shows\n%s\nwant %s", begin, output, want)
	}
}

func lineOfMigrate(t *testing.T, begin string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/migrate.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, begin) {
			return line
		}
	}
	t.Fatalf("the page has no line %q", begin)
	return ""
}
