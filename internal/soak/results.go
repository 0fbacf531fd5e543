package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// results are what the trials have shown.
type results struct {
	Seed      uint64         `json:"seed"`
	Accidents int            `json:"accidents"`
	Outcomes  map[string]int `json:"outcomes"` // of the runs with accidents; those after them were done, but for endless ones
	Quirks    map[string]int `json:"quirks"`   // how often one of the two servers had it
	Endless   int            `json:"endless"`  // trials with a server whose listings no mirror can trust
	Kills     map[phase]int  `json:"kills"`
	Killed    []killed       `json:"killed"`
	Strays    int            `json:"strays"` // uploads that neither the run that was killed nor the next one ended
}

// killed is when a run was killed: at a request of a phase, on its arrival or after its effect. The
// order of requests differs from run to run, so that the same seed kills near to it.
type killed struct {
	Seed    uint64 `json:"seed"`
	Phase   phase  `json:"phase"`
	Request int    `json:"request"`
	Stage   string `json:"stage"`
}

// write writes the results, and the page that tells of them beside their folder.
func (r results) write(file, page string) error {
	doc, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(doc, '\n'), 0o644); err != nil {
		return err
	}

	return os.WriteFile(page, []byte(r.page()), 0o644)
}

// page tells of the results.
func (r results) page() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Hundreds of mirrors under accidents and kills

`+"`make soak`"+` runs the engine and the program through accidents and kills, between S3 servers in memory
that play them, and writes this page from [its results](results/soak.json). Seeds begin at %d: a seed decides
what is there, what goes wrong and at which request. The order in which a program's own goroutines come to
their requests is not in it, so that a seed repeats a trial closely, not to the letter. A failure prints
the line that repeats it: `+"`go run ./internal/soak -seed N -accidents 1 -kills 0`"+`, or `+"`-accidents 0 -kills 1`"+`.

## Accidents

%d trials. Requests of either server meet 503 storms, errors before and after they took effect, broken
connections, stalls, bodies that are cut or damaged, while the source is being overwritten all the time. Each
server has one of these quirks by chance: %s. Half of the runs keep their state at the destination.

| outcome of the run | trials |
|---|---:|
`, r.Seed, r.Accidents, strings.Join(slices.Sorted(maps.Keys(r.Quirks)), ", "))
	for _, outcome := range slices.Sorted(maps.Keys(r.Outcomes)) {
		fmt.Fprintf(&b, "| %s | %d |\n", outcome, r.Outcomes[outcome])
	}
	fmt.Fprintf(&b, `
In every trial: a run that was done had missed nothing; at no time did the destination hold anything but
whole versions that the source had, or what it held before; nothing was deleted that the source has; what
was replaced or removed is in the trash. Headers, user metadata and tags are part of what is compared. The next
run, in peace, was done, and both sides were equal; but for %d trials with a server whose listings are out of
order, end early, repeat themselves or name what is not there: such a run is not done, and says so.

## Kills

The program `+"`ferry mirror --remove`"+` is killed (SIGKILL) when a server sees the n-th request of a phase, or has
carried it out and not answered yet; n is chance.

| killed during | times |
|---|---:|
`, r.Endless)
	for _, at := range phases {
		fmt.Fprintf(&b, "| %s | %d |\n", at, r.Kills[at])
	}
	fmt.Fprintf(&b, `
In every trial the same holds as above, and the next run ended with exit code 0 and both sides equal.
%d uploads were left behind that neither run ended.
`, r.Strays)

	return b.String()
}
