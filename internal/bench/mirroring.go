package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// benchMirror measures mirrors and returns what became of their targets. What it finds takes the place
// of earlier results of the same series.
func benchMirror(ctx context.Context, root string, progress io.Writer, machine Machine, what order) ([]Verdict, error) {
	dir, err := os.MkdirTemp("", "ferry-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	y, err := newYard(ctx, root, dir)
	if err != nil {
		return nil, err
	}
	measured := Races{Machine: machine, Programs: map[string]string{}, Commands: map[string]string{}}
	for _, p := range y.peers {
		measured.Commands[p.Name] = p.Line()
		if p.Version != "" {
			measured.Programs[p.Name] = p.Version
		}
	}
	if what.listing {
		if measured.Scanner, err = scan(ctx, root); err != nil {
			return nil, err
		}
	}
	for _, c := range what.courses {
		for _, r := range c.roads {
			race, runs, err := y.race(ctx, progress, c, r)
			if err != nil {
				return nil, err
			}
			measured.replace(race, runs)
			measured.print(progress, race)
			if !what.quick { // whatever becomes of the next one
				if err := measured.keep(filepath.Join(root, racesFile)); err != nil {
					return nil, err
				}
			}
		}
	}
	if what.quick {
		return measured.judgeAll(), nil
	}

	return measured.judgeAll(), measured.keep(filepath.Join(root, racesFile))
}

// keep writes results into a file, over those of the same series.
func (r Races) keep(path string) error {
	all, err := readRaces(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all.Machine, all.Programs, all.Commands = r.Machine, r.Programs, r.Commands
	if r.Scanner != nil {
		all.Scanner = r.Scanner
	}
	for _, race := range r.Races {
		var runs []Run
		for _, run := range r.Runs {
			if run.Series == race.Series && run.Servers == race.Servers {
				runs = append(runs, run)
			}
		}
		all.replace(race, runs)
	}
	all.sort()

	return write(path, all.encode)
}

// print shows a race in lines.
func (r Races) print(out io.Writer, race Race) {
	for _, run := range r.Runs {
		if run.Series == race.Series && run.Servers == race.Servers {
			fmt.Fprintf(out, "  %-16s %8.2f s %8.2f s of processor time %6.0f MiB\n", run.Program, wall(run), cpu(run), peak(run)/(1<<20))
		}
	}
	for _, line := range race.Profile {
		fmt.Fprintln(out, "   ", line)
	}
}

// readRaces reads a file of results, which knows no other fields.
func readRaces(path string) (Races, error) {
	var r Races
	err := readResults(path, &r)

	return r, err
}

func readResults(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}

	return nil
}
