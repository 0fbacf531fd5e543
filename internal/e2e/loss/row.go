package loss

import (
	"errors"
	"fmt"
)

// Way is who does an upgrade.
type Way string

// The ways.
const (
	Helm3 Way = "helm3"
	Helm4 Way = "helm4"
	Ferry Way = "ferry" // Helm 4 with Ferry's post-renderer
)

// Ways returns all of them.
func Ways() []Way { return []Way{Helm3, Helm4, Ferry} }

// Row is one kind of upgrade.
type Row struct {
	Name string `json:"name"`
	What string `json:"what"`
	// Fails: the upgrade is one that cannot end well, whoever does it.
	Fails    bool             `json:"fails,omitempty"`
	Outcomes map[Way]*Outcome `json:"outcomes"`
}

// Outcome is what came of it.
type Outcome struct {
	Exit int `json:"exit"`
	// Before is how many bytes the application read before, After how many it reads after the upgrade, and
	// Left how many there are anywhere.
	Before int `json:"before"`
	After  int `json:"after"`
	Left   int `json:"left"`
	// Back is how many bytes it reads once a release has the claim again, where Ferry has kept one that went.
	Back int `json:"back,omitempty"`
	// Verdict is the guard's, where it refused.
	Verdict string `json:"verdict,omitempty"`
}

// Set notes an outcome.
func (r *Row) Set(way Way, o Outcome) {
	if r.Outcomes == nil {
		r.Outcomes = map[Way]*Outcome{}
	}
	r.Outcomes[way] = &o
}

// Lost tells whether the application no longer reads what it read before.
func (o *Outcome) Lost() bool { return o.After < o.Before }

// Kept tells whether the data is in a claim that nothing mounts.
func (o *Outcome) Kept() bool { return o.Lost() && o.Left == o.Before }

// Judge is nil when the row, run in these ways, shows what it is in the table for: Helm alone says that all is well, and
// data is lost; with Ferry none is, and where the application no longer reads it, that was asked for,
// and a release that has the claim again reads all.
func (r *Row) Judge(ways ...Way) error {
	var errs []error
	for _, way := range ways {
		o := r.Outcomes[way]
		switch {
		case o == nil:
			errs = append(errs, fmt.Errorf("%s: no outcome with %s", r.Name, way))
		case way != Ferry && !o.Lost():
			errs = append(errs, fmt.Errorf("%s: nothing is lost with %s", r.Name, way))
		case way == Ferry && o.Left < o.Before:
			errs = append(errs, fmt.Errorf("%s: %d of %d bytes are gone with Ferry", r.Name, o.Before-o.Left, o.Before))
		case way == Ferry && o.Kept() && o.Back < o.Before:
			errs = append(errs, fmt.Errorf("%s: of %d bytes that Ferry has kept a release reads %d", r.Name, o.Before, o.Back))
		case way == Ferry && o.Exit != 0 && o.Verdict == "" && !r.Fails:
			errs = append(errs, fmt.Errorf("%s: the upgrade failed, and not by the guard", r.Name))
		case way == Ferry && o.Verdict != "" && o.Lost():
			errs = append(errs, fmt.Errorf("%s: refused, and the application does not read its data", r.Name))
		}
	}

	return errors.Join(errs...)
}
