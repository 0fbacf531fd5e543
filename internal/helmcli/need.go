package helmcli

import "fmt"

// need is what a line asks of Helm that not every version does.
type need struct {
	// asked tells whether a line asks for it.
	asked func(Line) bool
	// lacks tells whether a version cannot do it.
	lacks func(Version) bool
	// what says what goes wrong, and from which version on it does not.
	what string
}

// RollsBack tells whether the line asks for a rollback if it fails.
func (l Line) RollsBack() bool { return l.Has("atomic") || l.Has("rollback-on-failure") }

// needs are told by the first that is lacking.
var needs = []need{
	{
		asked: func(Line) bool { return true },
		lacks: func(v Version) bool { return v.Before(Version{3, 13, 0}) },
		what:  "it cannot render on the server without changing anything: Ferry needs Helm 3.13.0 or later",
	},
	{
		asked: func(l Line) bool { return l.Has("server-side") || l.Has("force-conflicts") },
		lacks: func(v Version) bool { return v.Major < 4 },
		what:  "--server-side and --force-conflicts need Helm 4.0.0 or later",
	},
	{
		asked: Line.RollsBack,
		lacks: func(v Version) bool {
			return v.Before(Version{3, 22, 0}) || v.Major == 4 && (v.Before(Version{4, 0, 5}) || v.Minor == 1)
		},
		what: "it cannot roll back when the failed revision removes an object: --atomic and --rollback-on-failure need Helm 3.22.0, 4.0.5, or 4.2.0 or later",
	},
	{
		asked: func(l Line) bool { return l.Has("wait") || l.RollsBack() },
		lacks: func(v Version) bool { return v == Version{4, 2, 1} },
		what:  "with --wait it waits for every hook until the timeout: it needs Helm 4.2.2 or later",
	},
}

// TooOldError says what a version of Helm cannot do, and which one can.
type TooOldError struct {
	Version Version
	What    string
}

// Error names the version and what it lacks.
func (e *TooOldError) Error() string { return fmt.Sprintf("this is Helm %s: %s", e.Version, e.What) }

// Need returns a [*TooOldError] if this Helm cannot do what the line asks for.
func (h Helm) Need(line Line) error {
	for _, n := range needs {
		if n.asked(line) && n.lacks(h.Version) {
			return &TooOldError{h.Version, n.what}
		}
	}
	return nil
}
