package helmcli

import (
	"fmt"
	"slices"
	"strings"
)

// renamed are the flags that a major calls otherwise; "" for one that it does without.
var renamed = map[int]map[string]string{
	3: {"rollback-on-failure": "atomic", "force-replace": "force"},
	4: {"atomic": "rollback-on-failure", "force": "force-replace", "recreate-pods": ""},
}

// Argv writes the line for a major version of Helm, after the name of its command.
func (l Line) Argv(major int) []string {
	var argv []string
	for _, flag := range l.Flags {
		if name, other := renamed[major][flag.Name]; other {
			flag.Name = name
		}
		if major == 3 {
			flag = flag.forHelm3()
		}
		if flag.Name != "" {
			argv = append(argv, flag.word())
		}
	}
	// a word that begins with a dash is no flag here
	if slices.ContainsFunc(l.Words, func(word string) bool { return strings.HasPrefix(word, "-") }) {
		argv = append(argv, "--")
	}
	return append(argv, l.Words...)
}

// forHelm3 writes the values that only Helm 4 knows as Helm 3 does, as far as it can.
func (f Flag) forHelm3() Flag {
	switch {
	case f.Name == "wait" && (f.Value == "watcher" || f.Value == "legacy"):
		return Flag{Name: "wait"}
	case f.Name == "wait" && f.Value == "hookOnly", f.Name == "dry-run" && f.Value == "none":
		return Flag{}
	}
	return f
}

func (f Flag) word() string {
	dashes := "--"
	if len(f.Name) == 1 {
		dashes = "-"
	}
	if !f.Given {
		return dashes + f.Name
	}
	return fmt.Sprintf("%s%s=%s", dashes, f.Name, f.Value)
}
