package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Results is what docs/results/survival.json holds.
type Results struct {
	Date     string            `json:"date"`
	Programs map[string]string `json:"programs"`
	Commands map[string]string `json:"commands"`
	Outcomes []Outcome         `json:"outcomes"`
}

// Outcome is what became of one program in one case.
type Outcome struct {
	Case       string   `json:"case"`
	Program    string   `json:"program"`
	Verdict    Verdict  `json:"verdict"`
	Exit       int      `json:"exit"`   // -1: it had to be stopped
	Wanted     int      `json:"wanted"` // objects
	Right      int      `json:"right"`
	Missing    int      `json:"missing,omitempty"`    // never arrived
	Removed    int      `json:"removed,omitempty"`    // was at the destination, and should be
	Stale      int      `json:"stale,omitempty"`      // is as it was before
	Wrong      int      `json:"wrong,omitempty"`      // holds what the source never had under that key
	Extra      int      `json:"extra,omitempty"`      // keys that the source does not have
	TornByKill int      `json:"tornByKill,omitempty"` // wrong when the program had been killed
	Lost       []string `json:"lost,omitempty"`       // attributes
	Changed    bool     `json:"changed,omitempty"`
	Said       string   `json:"-"`
}

// Verdict sums an outcome up.
type Verdict string

// The verdicts.
const (
	Right   Verdict = "right"   // all is there and right
	Refuses Verdict = "refuses" // nothing was changed, which is said
	Says    Verdict = "says so" // not all is there; what is there is right; the exit code says so
	Silent  Verdict = "silent"  // not all is there, and the exit code says that it is
	Damage  Verdict = "damage"  // something is wrong or gone
)

// judge is hard on what is lost, and mild on what is said.
func (o Outcome) judge(s scenario) Verdict {
	switch incomplete := o.Missing+o.Stale+len(o.Lost) > 0; {
	case o.Removed+o.Wrong+o.TornByKill > 0:
		return Damage
	case s.refusal && o.Exit > 0 && !o.Changed:
		return Refuses
	case (incomplete || o.Extra > 0) && o.Exit == 0:
		return Silent
	case incomplete || o.Extra > 0:
		return Says
	default:
		return Right
	}
}

// String is a line of it.
func (o Outcome) String() string { return fmt.Sprintf("%s: %s", o.Verdict, o.details()) }

// details are the exit code and what is not right.
func (o Outcome) details() string {
	exit := fmt.Sprintf("exit %d", o.Exit)
	if o.Exit < 0 {
		exit = "had to be stopped"
	}
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{
		{o.Missing, "missing"},
		{o.Removed, "removed"},
		{o.Stale, "out of date"},
		{o.Wrong, "wrong"},
		{o.Extra, "under other keys"},
		{o.TornByKill, "torn by the kill"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	if len(parts) > 0 {
		return fmt.Sprintf("%s, %s of %d", exit, strings.Join(parts, ", "), o.Wanted)
	}
	if len(o.Lost) > 0 {
		return exit + ", not kept: " + strings.Join(o.Lost, ", ")
	}

	return exit
}

// encode writes a line for each outcome, so that a diff of two results can be read.
func (r Results) encode() ([]byte, error) {
	programs, err := json.Marshal(r.Programs)
	if err != nil {
		return nil, err
	}
	commands, err := json.Marshal(r.Commands)
	if err != nil {
		return nil, err
	}
	lines := make([][]byte, len(r.Outcomes))
	for i, o := range r.Outcomes {
		if lines[i], err = json.Marshal(o); err != nil {
			return nil, err
		}
	}

	return fmt.Appendf(nil, "{\n  \"date\": %q,\n  \"programs\": %s,\n  \"commands\": %s,\n  \"outcomes\": [\n    %s\n  ]\n}\n",
		r.Date, programs, commands, bytes.Join(lines, []byte(",\n    "))), nil
}
