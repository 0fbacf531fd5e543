package helmcli

import (
	"slices"
	"strconv"
	"strings"
)

// Line is what somebody wrote after the name of a command.
type Line struct {
	// Words are what is no flag: RELEASE, CHART.
	Words []string
	Flags []Flag
}

// Flag is one flag of a line.
type Flag struct {
	// Name is the long name.
	Name string
	// Value is what was given, "" for a switch.
	Value string
	// Given tells that a value was given, if only an empty one.
	Given bool
}

// Parse reads a line. Beside Helm's flags it knows those of own, which are true if they take a value.
// A flag that nobody knows is kept, for Helm to refuse.
func Parse(args []string, own map[string]bool) Line {
	var line Line
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case word == "--":
			line.Words = append(line.Words, args...)
			return line
		case strings.HasPrefix(word, "--"):
			args = line.long(word[2:], args, own)
		case strings.HasPrefix(word, "-") && word != "-":
			args = line.short(word[1:], args)
		default:
			line.Words = append(line.Words, word)
		}
	}
	return line
}

// long reads a flag with a long name, and returns the rest of the line.
func (l *Line) long(word string, rest []string, own map[string]bool) []string {
	name, value, given := strings.Cut(word, "=")
	takes := flags[name] == valued
	if mine, known := own[name]; known {
		takes = mine
	}
	if takes && !given && len(rest) > 0 {
		value, given, rest = rest[0], true, rest[1:]
	}
	l.Flags = append(l.Flags, Flag{name, value, given})
	return rest
}

// short reads flags of one letter, and returns the rest of the line.
func (l *Line) short(letters string, rest []string) []string {
	for i := range len(letters) {
		name, known := shorthands[letters[i]]
		if !known {
			name = letters[i : i+1]
		}
		if flags[name] != valued || !known {
			l.Flags = append(l.Flags, Flag{Name: name})
			continue
		}
		value := strings.TrimPrefix(letters[i+1:], "=")
		if value == "" && len(rest) > 0 && i+1 == len(letters) {
			value, rest = rest[0], rest[1:]
		}
		l.Flags = append(l.Flags, Flag{name, value, true})
		break
	}
	return rest
}

// Value returns what a flag was given last, "" if it is not on the line.
func (l Line) Value(name string) string {
	for _, flag := range slices.Backward(l.Flags) {
		if flag.Name == name {
			return flag.Value
		}
	}
	return ""
}

// Values returns all that a flag was given.
func (l Line) Values(name string) []string {
	var values []string
	for _, flag := range l.Flags {
		if flag.Name == name {
			values = append(values, flag.Value)
		}
	}
	return values
}

// Has tells whether a flag is on the line, and is not switched off by =false.
func (l Line) Has(name string) bool {
	for _, flag := range slices.Backward(l.Flags) {
		if flag.Name == name {
			on, err := strconv.ParseBool(flag.Value)
			return err != nil || on
		}
	}
	return false
}

// Without returns the line without some flags.
func (l Line) Without(names ...string) Line {
	kept := slices.DeleteFunc(slices.Clone(l.Flags), func(flag Flag) bool { return slices.Contains(names, flag.Name) })
	return Line{Words: l.Words, Flags: kept}
}

// With returns the line with another flag at its end.
func (l Line) With(name, value string) Line {
	return Line{Words: l.Words, Flags: append(slices.Clone(l.Flags), Flag{name, value, true})}
}

// DryRun tells whether the line asks for an attempt that changes nothing.
func (l Line) DryRun() bool {
	return l.Has("dry-run") && l.Value("dry-run") != "none"
}
