package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/helm-ferry/ferry/mirror/state"
)

var errKilled = errors.New("killed")

// shelf is a place in memory. With lives above 0 it dies after so many calls: the write
// that kills it may still happen, half happen, or not, and nothing works after it.
type shelf struct {
	mu    sync.Mutex
	items map[string][]byte
	lives int
	dying int // what becomes of the last write
	calls map[string]int
}

func newShelf() *shelf { return &shelf{items: map[string][]byte{}, calls: map[string]int{}} }

// call counts a call, and reports whether it is the last one.
func (s *shelf) call(method string) (last bool, err error) {
	s.calls[method]++
	if s.lives == 0 {
		return false, nil
	}
	if s.lives--; s.lives == 0 {
		s.lives = -1
	}
	if s.lives < -1 {
		s.lives = -1

		return false, errKilled
	}

	return s.lives == -1, nil
}

func (s *shelf) Open(context.Context, state.Use) (state.Facts, error) { return state.Facts{}, nil }

func (s *shelf) Get(_ context.Context, name string) ([]byte, state.Tag, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.call("Get"); err != nil {
		return nil, "", err
	}
	content, ok := s.items[name]
	if !ok {
		return nil, "", state.ErrAbsent
	}

	return slices.Clone(content), tagOf(content), nil
}

func (s *shelf) Put(_ context.Context, name string, content []byte, only state.Condition) (state.Tag, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := state.Check(name); err != nil {
		return "", err
	}
	if len(content) > state.MaxSize {
		return "", errors.New("too large")
	}
	last, err := s.call("Put")
	if err != nil {
		return "", err
	}
	before, exists := s.items[name]
	if only.Absent && exists || only.Tag != "" && tagOf(before) != only.Tag {
		return "", state.ErrConflict
	}
	if last {
		switch {
		case s.dying == 0:
			s.items[name] = slices.Clone(content)
		case s.dying == 1 && !strings.HasSuffix(name, manifestName):
			s.items[name] = slices.Clone(content[:len(content)/2])
		}

		return "", errKilled
	}
	s.items[name] = slices.Clone(content)

	return tagOf(content), nil
}

func (s *shelf) List(_ context.Context, prefix string) ([]state.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.call("List"); err != nil {
		return nil, err
	}
	var items []state.Item
	for _, name := range slices.Sorted(maps.Keys(s.items)) {
		if strings.HasPrefix(name, prefix) {
			items = append(items, state.Item{Name: name, Size: int64(len(s.items[name]))})
		}
	}

	return items, nil
}

func (s *shelf) Remove(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.call("Remove"); err != nil {
		return err
	}
	delete(s.items, name)

	return nil
}

// names returns the kinds of the items, without what tells them apart.
func (s *shelf) names() map[string]int {
	kinds := map[string]int{}
	for name := range s.items {
		base := name[strings.LastIndex(name, "/")+1:]
		kind, _, _ := strings.Cut(base, "-")
		kinds[kind]++
	}

	return kinds
}

func tagOf(content []byte) state.Tag { return state.Tag(fmt.Sprintf("%x", sha256.Sum256(content))) }
