package hooks_test

import (
	"testing"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/revision"
)

// TestUnapplied tells a revision that Helm was killed over from one that it has finished.
func TestUnapplied(t *testing.T) {
	for status, want := range map[string]bool{"deployed": false, "superseded": false, "failed": false, "pending-upgrade": true, "pending-rollback": true} {
		s, err := hooks.Between(revision.History{
			InForce: &revision.Revision{Release: "shop", Number: 2, Status: status},
			ToCome:  &revision.Revision{Release: "shop", Number: 3, Status: "pending-rollback"},
		}, &config.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Unapplied != want || !s.Rollback {
			t.Errorf("%s: %+v", status, s)
		}
	}
}
