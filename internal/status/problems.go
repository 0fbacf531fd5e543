package status

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/revision"
)

// Pending says what to do about the revision of a history that Helm is at work on, or was when it died. A
// first one has nothing to go back to.
func Pending(history revision.History) Problem {
	r := history.ToCome
	back := "helm uninstall " + r.Release
	if history.InForce != nil {
		back = fmt.Sprintf("ferry rollback %s %d", r.Release, history.InForce.Number)
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
	if s.Alias.Provider != "" && s.Alias.Provider == s.Active && s.Alias.Ready == 0 { // another one was left behind
		add(fmt.Sprintf("the alias %s selects nothing that is ready of %s: consumers get no answer, or 502 from what stands between",
			s.Alias.Name, s.Alias.Provider),
			fmt.Sprintf("see that the pods of %s run, are ready, and have the labels %s: kubectl get pods -l %[2]s", s.Alias.Provider, s.Alias.Selector))
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
	case s.Active == m.To:
		found = append(found, Problem{
			fmt.Sprintf("consumers are to use %s, and nothing has looked yet for what was written to %s late", m.To, m.From),
			fmt.Sprintf("%s CHART --from %s --to %s", line, m.From, m.To),
		})
	default:
		found = append(found, Problem{
			fmt.Sprintf("a cutover from %s to %s is half done; stopped: %s", m.From, m.To, strings.Join(m.Stopped, ", ")),
			fmt.Sprintf("go on: %s CHART --from %s --to %s; or go back: %s --abort", line, m.From, m.To, line),
		})
	}
	if m.Record == string(record.Proven) && s.enabled(m.From) {
		found = append(found, late(m)...)
	}
	if strings.HasSuffix(m.FirstPass, "has failed") {
		found = append(found, Problem{m.FirstPass, "see its log, and run ferry migrate again, which begins it again"})
	}
	return found
}

// enabled tells whether the release has a store.
func (s Status) enabled(provider string) bool {
	return slices.ContainsFunc(s.Stores, func(store Store) bool { return store.Provider == provider })
}

// late says what was done on the old store after the proof, as long as that store is there.
func late(m Migration) []Problem {
	var found []Problem
	if left := m.Late.Conflicts; left.Total > 0 {
		found = append(found, Problem{
			fmt.Sprintf("written on %s after the proof, and written or deleted on %s since: %s", m.From, m.To, quoted(left)),
			fmt.Sprintf("both keep what they have: copy to %s what is meant, then switch %s off", m.To, m.From),
		})
	}
	if left := m.Late.Deleted; left.Total > 0 {
		found = append(found, Problem{
			fmt.Sprintf("deleted on %s after the proof and still on %s: %s", m.From, m.To, quoted(left)),
			fmt.Sprintf("delete them on %s if that is meant, then switch %s off", m.To, m.From),
		})
	}
	return found
}

// quoted names objects, whose keys may hold anything.
func quoted(left record.Left) string {
	names := make([]string, len(left.First))
	for i, object := range left.First {
		names[i] = strconv.Quote(object)
	}
	text := strings.Join(names, ", ")
	if more := left.Total - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
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
