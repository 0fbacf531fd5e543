package statetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/helm-ferry/ferry/mirror/state"
)

// Run runs the suite. Each test gets a new place, which does not exist yet; two calls
// of the function it gets are two processes at that place.
func Run(t *testing.T, open func(t *testing.T) func() state.Place) {
	for name, test := range Tests() {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Tests are the tests of the suite by their names, for those who run them in a world of
// their own. Each call of another gives the same place as another process sees it.
func Tests() map[string]func(t *testing.T, another func() state.Place) {
	tests := map[string]func(*testing.T, func() state.Place){}
	for name, test := range map[string]func(*suite){
		"not there":        (*suite).notThere,
		"items":            (*suite).items,
		"conditions":       (*suite).conditions,
		"one of many wins": (*suite).race,
		"listing":          (*suite).listing,
		"bad names":        (*suite).badNames,
		"opened twice":     (*suite).twice,
		"foreign":          (*suite).foreign,
		"parts":            (*suite).parts,
	} {
		tests[name] = func(t *testing.T, another func() state.Place) { test(&suite{T: t, Place: another(), another: another}) }
	}

	return tests
}

type suite struct {
	*testing.T
	state.Place
	another func() state.Place
}

func (s *suite) notThere() {
	facts, err := s.Open(s.Context(), state.Read)
	if err != nil || facts.Location == "" {
		s.Errorf("opened to read: %+v, %v", facts, err)
	}
	_, _, err = s.Get(s.Context(), "a")
	s.fails(err, state.ErrAbsent)
	s.lists("")
	if err := s.Remove(s.Context(), "a"); err != nil {
		s.Error(err)
	}
}

func (s *suite) write() state.Facts {
	s.Helper()
	facts, err := s.Open(s.Context(), state.Write)
	if err != nil {
		s.Fatal(err)
	}

	return facts
}

func (s *suite) items() {
	s.write()
	for _, content := range []string{"one", "", "three"} {
		tag := s.put("dir/a", content, state.Condition{})
		got, read, err := s.another().Get(s.Context(), "dir/a")
		if err != nil || string(got) != content || read != tag {
			s.Errorf("wrote %q with tag %q, read %q with %q, %v", content, tag, got, read, err)
		}
	}
	for range 2 {
		if err := s.Remove(s.Context(), "dir/a"); err != nil {
			s.Error(err)
		}
	}
	_, _, err := s.Get(s.Context(), "dir/a")
	s.fails(err, state.ErrAbsent)
}

// conditions holds for places that check conditions themselves and for those that
// write, wait and read back.
func (s *suite) conditions() {
	s.write()
	_, err := s.Put(s.Context(), "a", []byte("x"), state.Condition{Tag: "d41d8cd98f00b204e9800998ecf8427e"})
	s.fails(err, state.ErrConflict)
	_, _, err = s.Get(s.Context(), "a")
	s.fails(err, state.ErrAbsent)
	first := s.put("a", "one", state.Condition{Absent: true})
	_, err = s.Put(s.Context(), "a", []byte("two"), state.Condition{Absent: true})
	s.fails(err, state.ErrConflict)
	second := s.put("a", "two", state.Condition{Tag: first})
	_, err = s.Put(s.Context(), "a", []byte("three"), state.Condition{Tag: first})
	s.fails(err, state.ErrConflict)
	if first == second {
		s.Error("different contents have equal tags")
	}
	if got, _, err := s.Get(s.Context(), "a"); err != nil || string(got) != "two" {
		s.Errorf("got %q, %v", got, err)
	}
}

// race lets several processes write over the same item at once, several times.
func (s *suite) race() {
	s.write()
	const writers, rounds = 4, 3
	var places []state.Place
	for range writers {
		place := s.another()
		if _, err := place.Open(s.Context(), state.Write); err != nil {
			s.Fatal(err)
		}
		places = append(places, place)
	}
	tag := state.Tag("")
	for round := range rounds {
		var mu sync.Mutex
		var group sync.WaitGroup
		var winners []string
		for n, place := range places {
			group.Go(func() {
				content := fmt.Sprintf("writer %d in round %d", n, round)
				_, err := place.Put(s.Context(), "a", []byte(content), state.Condition{Absent: tag == "", Tag: tag})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					winners = append(winners, content)
				} else if !errors.Is(err, state.ErrConflict) {
					s.Error(err)
				}
			})
		}
		group.Wait()
		content, now, err := s.Get(s.Context(), "a")
		if err != nil || len(winners) != 1 || winners[0] != string(content) {
			s.Fatalf("%q have won, and there is %q, %v", winners, content, err)
		}
		tag = now
	}
}

func (s *suite) listing() {
	before := time.Now().Add(-time.Minute)
	s.write()
	for _, name := range []string{"reports/b", "reports/a", "reports-x", "locks/a", "reports/=2f"} {
		s.put(name, "four", state.Condition{})
	}
	s.lists("reports/", "reports/=2f", "reports/a", "reports/b")
	s.lists("", state.Marker, "locks/a", "reports-x", "reports/=2f", "reports/a", "reports/b")
	items, err := s.List(s.Context(), "locks/")
	if err != nil || len(items) != 1 || items[0].Size != 4 || items[0].Modified.Before(before) {
		s.Errorf("got %+v, %v", items, err)
	}
}

func (s *suite) badNames() {
	s.write()
	for _, name := range []string{"", "/a", "a//b", "../a", "a/../../b", ".", "a/.b", "a\\b", "a b", "ä", "a\x00b"} {
		_, err := s.Put(s.Context(), name, nil, state.Condition{})
		s.fails(err, state.ErrName)
		_, _, err = s.Get(s.Context(), name)
		s.fails(err, state.ErrName)
		s.fails(s.Remove(s.Context(), name), state.ErrName)
	}
	s.lists("", state.Marker)
}

func (s *suite) twice() {
	facts := s.write()
	s.put("a", "x", state.Condition{})
	for _, use := range []state.Use{state.Read, state.Write} {
		again, err := s.another().Open(s.Context(), use)
		if err != nil || again.Location != facts.Location {
			s.Errorf("opened again: %+v, %v", again, err)
		}
	}
	s.lists("", "a", state.Marker)
}

// foreign finds a place that holds something without a marker.
func (s *suite) foreign() {
	s.write()
	s.put("thesis", "x", state.Condition{})
	if err := s.Remove(s.Context(), state.Marker); err != nil {
		s.Fatal(err)
	}
	for _, content := range []string{"", "{}"} {
		for _, use := range []state.Use{state.Read, state.Write} {
			_, err := s.another().Open(s.Context(), use)
			s.fails(err, state.ErrForeign)
		}
		s.put(state.Marker, content, state.Condition{})
	}
}

func (s *suite) parts() {
	s.write()
	part := state.Sub(s.Place, "part")
	if _, err := part.Put(s.Context(), "a", []byte("x"), state.Condition{}); err != nil {
		s.Fatal(err)
	}
	s.lists("part", "part/a")
	items, err := part.List(s.Context(), "")
	if err != nil || len(items) != 1 || items[0].Name != "a" {
		s.Errorf("the part lists %+v, %v", items, err)
	}
	if content, _, err := part.Get(s.Context(), "a"); err != nil || string(content) != "x" {
		s.Errorf("the part holds %q, %v", content, err)
	}
	if err := part.Remove(s.Context(), "a"); err != nil {
		s.Error(err)
	}
	s.lists("part")
}

func (s *suite) put(name, content string, only state.Condition) state.Tag {
	s.Helper()
	tag, err := s.Put(s.Context(), name, []byte(content), only)
	if err != nil {
		s.Fatal(err)
	}

	return tag
}

func (s *suite) lists(prefix string, want ...string) {
	s.Helper()
	items, err := s.List(s.Context(), prefix)
	if err != nil {
		s.Fatal(err)
	}
	var got []string
	for _, item := range items {
		got = append(got, item.Name)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("items (-want +got):\n%s", diff)
	}
}

func (s *suite) fails(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("got error %v, want %v", err, want)
	}
}
