package status

import (
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/revision"
)

// Pending says what to do about a revision that Helm is at work on, or was when it died. A first one
// has nothing to go back to.
func Pending(r *revision.Revision) Problem {
	back := "ferry rollback " + r.Release
	if r.Number == 1 {
		back = "helm uninstall " + r.Release
	}
	return Problem{
		fmt.Sprintf("revision %d of %s is %s: Helm is at work on it, or was killed", r.Number, r.Release, r.Status),
		"if no Helm runs any more: " + back,
	}
}

// problems says what is wrong, and what to do.
func (s Status) problems() []Problem {
	var found []Problem
	add := func(what, remedy string) { found = append(found, Problem{what, remedy}) }
	if s.Guard == "missing" {
		add("nothing guards an upgrade by a bare helm", "upgrade by `ferry upgrade`, or include the library chart")
	}
	if s.Alias.Provider != "" && s.Alias.Ready == 0 {
		add(fmt.Sprintf("the alias %s selects %s and has no ready endpoint: consumers reach nothing", s.Alias.Name, s.Alias.Provider),
			fmt.Sprintf("see that the pods of %s run, are ready, and have the labels of the alias's selector", s.Alias.Provider))
	}
	return append(found, append(s.moving(), s.copies()...)...)
}

// moving says what is wrong with a migration.
func (s Status) moving() []Problem {
	m := s.Migration
	line := fmt.Sprintf("ferry migrate %s", s.Release)
	var found []Problem
	switch {
	case m.Cutover == "":
	case s.Alias.Provider == m.To:
		found = append(found, Problem{
			fmt.Sprintf("the alias has moved to %s, and nothing has looked yet for what was written to %s late", m.To, m.From),
			fmt.Sprintf("%s CHART --from %s --to %s", line, m.From, m.To),
		})
	default:
		found = append(found, Problem{
			fmt.Sprintf("a cutover from %s to %s is half done; stopped: %s", m.From, m.To, strings.Join(m.Stopped, ", ")),
			fmt.Sprintf("go on: %s CHART --from %s --to %s; or go back: %s --abort", line, m.From, m.To, line),
		})
	}
	if strings.HasSuffix(m.FirstPass, "has failed") {
		found = append(found, Problem{m.FirstPass, "see its log, and run ferry migrate again, which begins it again"})
	}
	return found
}

// copies says which copies are too old.
func (s Status) copies() []Problem {
	var found []Problem
	for _, m := range s.Mirrors {
		if !m.Breached {
			continue
		}
		age := "has never succeeded"
		if m.LastSuccess != nil {
			age = "last succeeded at " + m.LastSuccess.UTC().Format("2006-01-02 15:04:05Z")
		}
		remedy := "see the log of its last Job"
		if m.Suspended {
			remedy = "it is suspended: set suspend: false"
		}
		found = append(found, Problem{fmt.Sprintf("mirror %s %s, and its copy may be %s old", m.Name, age, m.RPO), remedy})
	}
	return found
}
