package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
)

const root = "../.."

// TestPageIsMadeFromTheResults is what keeps an outcome from being written by hand.
func TestPageIsMadeFromTheResults(t *testing.T) {
	results := committed(t)
	page, err := results.page()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, filepath.Join(root, pageFile), page)
	if want := 3 * len(cases()); len(results.Outcomes) != want {
		t.Errorf("%d outcomes, want %d", len(results.Outcomes), want)
	}
}

// TestFerrySurvives: Ferry may refuse, and may fail if it says so, and comes out of no case worse than
// the better of the others.
func TestFerrySurvives(t *testing.T) {
	worse := map[Verdict]int{Right: 0, Refuses: 0, Says: 1, Silent: 2, Damage: 3}
	outcomes := committed(t).Outcomes
	for _, ferry := range outcomes {
		if ferry.Program != peers.Ferry {
			continue
		}
		if ferry.Verdict == Silent || ferry.Verdict == Damage {
			t.Errorf("%s: %s", ferry.Case, ferry)
		}
		for _, other := range outcomes {
			if other.Case == ferry.Case && worse[other.Verdict] < worse[ferry.Verdict] {
				t.Errorf("%s: %s, while %s has %s", ferry.Case, ferry, other.Program, other)
			}
		}
	}
}

// committed are the results of the repository, which are as they would be written again.
func committed(t *testing.T) Results {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, resultsFile))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var results Results
	if err := decoder.Decode(&results); err != nil {
		t.Fatal(err)
	}
	again, err := results.encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(again)); diff != "" {
		t.Errorf("results are not as they were written (-file +written):\n%s", diff)
	}

	return results
}

// TestCases plays those that tell the verdicts apart, with the real programs.
func TestCases(t *testing.T) {
	testworld.Wide(t, "make survival")
	all, err := peers.Find(t.Context(), os.Environ(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]map[string]Verdict{
		"overwritten-larger": {peers.MC: Damage, peers.Ferry: Right},
		"empty-source":       {peers.MC: Damage, peers.Rclone: Damage, peers.Ferry: Refuses},
		"denied":             {peers.MC: Silent, peers.Rclone: Says, peers.Ferry: Says},
		"attributes":         {peers.MC: Silent, peers.Rclone: Silent, peers.Ferry: Right},
	} {
		i := slices.IndexFunc(cases(), func(s scenario) bool { return s.name == name })
		for _, p := range all {
			t.Run(name+"/"+p.Name, func(t *testing.T) {
				o, err := cases()[i].try(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				if verdict, known := want[p.Name]; known && o.Verdict != verdict {
					t.Errorf("got %s, want %s\n%s", o, verdict, o.Said)
				}
			})
		}
	}
}

func TestVerdicts(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome Outcome
		refusal bool
		want    Verdict
	}{
		"all is there":           {Outcome{Right: 3}, false, Right},
		"all is there, and more": {Outcome{Right: 3, Extra: 1}, false, Silent},
		"missing":                {Outcome{Missing: 1}, false, Silent},
		"missing, and said":      {Outcome{Missing: 1, Exit: 1}, false, Says},
		"out of date":            {Outcome{Stale: 1}, false, Silent},
		"attributes":             {Outcome{Right: 1, Lost: []string{"expires"}}, false, Silent},
		"wrong, and said":        {Outcome{Wrong: 1, Exit: 1}, false, Damage},
		"removed, and said":      {Outcome{Removed: 1, Exit: 1}, true, Damage},
		"torn for a while":       {Outcome{Right: 3, TornByKill: 1}, false, Damage},
		"refused":                {Outcome{Right: 3, Exit: 4}, true, Refuses},
		"refused, and changed":   {Outcome{Right: 3, Exit: 4, Changed: true}, true, Right},
	} {
		if got := tt.outcome.judge(scenario{refusal: tt.refusal}); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
