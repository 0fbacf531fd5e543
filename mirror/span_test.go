package mirror_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
)

// many returns n keys of a kind.
func many(kind string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = keyKinds[kind](i)
	}

	return keys
}

// A short listing costs its pages and one question whether there is more; a long one is
// read at several places at once, and costs little more.
func TestCostOfListings(t *testing.T) {
	for kind := range keyKinds {
		for _, pages := range []int{1, 2, 7, 200} {
			t.Run(fmt.Sprintf("%s, %d pages", kind, pages), func(t *testing.T) {
				src, dst := newShelf("a", 10, many(kind, 10*pages)), newShelf("b", 10, many(kind, 10*pages))
				places := map[string]bool{}
				src.lie = func(from mirror.Cursor, _ *mirror.Page) error {
					if from.After != "" {
						places[from.After] = true
					}

					return nil
				}
				if _, _, err := walked(t, src, dst); err != nil {
					t.Fatal(err)
				}
				least, most, split := pages+1, pages+1, 1
				if pages > 8 {
					most, split = pages*3/2+8, 8
				}
				if kind == "bytes" { // there is no guessing among bytes that are not text
					split = 1
				}
				for _, s := range []*shelf{src, dst} {
					if n := int(s.lists.Load()); n < least || n > most {
						t.Errorf("%s: %d requests for %d pages", s.name, n, pages)
					}
				}
				if len(places) < split {
					t.Errorf("read from %d places", len(places))
				}
			})
		}
	}
}

// A server that begins a search for each place is read at one, unless the other side takes longer than all the
// searches do.
func TestSearchingServers(t *testing.T) {
	for name, test := range map[string]struct {
		source, destination bool
		slow                time.Duration // of the destination
		split               bool
	}{
		"neither searches":                    {false, false, 0, true},
		"both search":                         {true, true, 0, false},
		"both search, one slowly":             {true, true, 5 * time.Millisecond, false},
		"the slow one searches":               {false, true, 5 * time.Millisecond, false},
		"the quick one, the other takes long": {true, false, 5 * time.Millisecond, true},
	} {
		t.Run(name, func(t *testing.T) {
			src, dst := newShelf("a", 10, many("numbers", 500)), newShelf("b", 10, many("numbers", 500))
			src.lie = func(_ mirror.Cursor, page *mirror.Page) error {
				page.Searches = test.source

				return nil
			}
			dst.lie = func(_ mirror.Cursor, page *mirror.Page) error {
				time.Sleep(test.slow)
				page.Searches = test.destination

				return nil
			}
			if _, _, err := walked(t, src, dst); err != nil {
				t.Fatal(err)
			}
			if n := src.lists.Load(); n > 51 != test.split {
				t.Errorf("%d requests for 50 pages", n)
			}
		})
	}
}

// Servers whose start-after cannot be relied on never make a walk lose a key without
// a word.
func TestStartAfterLies(t *testing.T) {
	tests := map[string]struct {
		keep func(key, after string) bool
		want string
	}{
		"ignored":           {func(string, string) bool { return true }, "out of order"},
		"compared in lower": {func(key, after string) bool { return strings.ToLower(key) > strings.ToLower(after) }, "leaves out"},
		"skips a prefix":    {func(key, after string) bool { return key > after && !strings.HasPrefix(key, after) }, "leaves out"},
		"skips some":        {func(key, after string) bool { return key > after && key[2] != 'g' }, "leaves out"},
		"finds nothing":     {func(string, string) bool { return false }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := test.want == ""
			for seed := range uint64(20) {
				r := rand.New(rand.NewPCG(seed, 7))
				var keys []string
				for range 4000 {
					keys = append(keys, mixed(r))
				}
				src, dst := newShelf("a", 5+r.IntN(30), slices.Clone(keys)), newShelf("b", 5+r.IntN(30), keys)
				dst.lie = func(from mirror.Cursor, page *mirror.Page) error {
					if from.After != "" && (name == "ignored" || from.After < dst.keys[len(dst.keys)-1]) {
						*page = dst.begin(func(key string) bool { return test.keep(key, from.After) })
					}

					return nil
				}
				got, _, err := walked(t, src, dst)
				switch {
				case err == nil:
					if diff := cmp.Diff(naive(src, dst), got); diff != "" {
						t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
					}
				case strings.Contains(err.Error(), test.want):
					found = true
				case !strings.Contains(err.Error(), "ended before"):
					t.Errorf("seed %d: got error %v, want one with %q", seed, err, test.want)
				}
			}
			if !found {
				t.Errorf("no walk says %q", test.want)
			}
		})
	}
}

// mixed returns a key of letters in both cases.
func mixed(r *rand.Rand) string {
	key := make([]byte, 6)
	for i := range key {
		key[i] = "abcdefghABCDEFGH"[r.IntN(16)]
	}

	return string(key)
}

// begin is a first page of the keys that keep lets pass.
func (s *shelf) begin(keep func(key string) bool) mirror.Page {
	var page mirror.Page
	for _, key := range s.keys {
		if len(page.Entries) == s.size {
			page.Truncated, page.Next = true, "@"+page.Entries[s.size-1].Key

			break
		}
		if keep(key) {
			page.Entries = append(page.Entries, mirror.Entry{Key: key, ETag: "e"})
		}
	}

	return page
}

// A listing that ends where another place of it shows keys has not ended.
func TestEndBeforeASeam(t *testing.T) {
	keys := many("numbers", 4000)
	src, dst := newShelf("a", 20, keys), newShelf("b", 20, keys)
	gap := keys[700]
	dst.lie = func(from mirror.Cursor, page *mirror.Page) error {
		if from.Token == "@"+gap || from.After == gap {
			*page = mirror.Page{}
		}
		if i := slices.IndexFunc(page.Entries, func(e mirror.Entry) bool { return e.Key == gap }); i >= 0 {
			page.Entries, page.Next = page.Entries[:i+1], "@"+gap
		}

		return nil
	}
	if _, _, err := walked(t, src, dst); err == nil || !strings.Contains(err.Error(), "ended before") {
		t.Errorf("got error %v", err)
	}
}

// A page that fails, at any place of a long listing and on either side, is an error
// of the walk.
func TestFailureInALongListing(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		keys := many("deep", 3000)
		src, dst := newShelf("a", 10, keys), newShelf("b", 10, keys)
		broken := keys[r.IntN(len(keys))]
		[]*shelf{src, dst}[seed%2].lie = func(_ mirror.Cursor, page *mirror.Page) error {
			if n := len(page.Entries); n > 0 && page.Entries[0].Key <= broken && page.Entries[n-1].Key >= broken {
				return errDenied
			}

			return nil
		}
		if _, _, err := walked(t, src, dst); !errors.Is(err, errDenied) {
			t.Fatalf("seed %d: got error %v", seed, err)
		}
	}
}

// Tokens that go round in a circle are found out, though no page repeats a token.
func TestTokenCircle(t *testing.T) {
	src := newShelf("a", 10, many("numbers", 50))
	src.lie = func(from mirror.Cursor, page *mirror.Page) error {
		if from.Token != "" {
			*page = mirror.Page{Truncated: true, Next: map[string]string{"x": "y", "y": "z"}[from.Token]}
			if page.Next == "" {
				page.Next = "x"
			}
		}

		return nil
	}
	_, _, err := walked(t, src, newShelf("b", 10, nil))
	if err == nil || !strings.Contains(err.Error(), "token repeats") {
		t.Errorf("got error %v", err)
	}
	if n := src.lists.Load(); n > 10 {
		t.Errorf("found out after %d requests", n)
	}
}

// A page with more keys than a page may have is read, and noted.
func TestLongPage(t *testing.T) {
	src := newShelf("a", 1001, many("numbers", 3000))
	got, rep, err := walked(t, src, newShelf("b", 1000, nil))
	if err != nil || len(got) != 3000 {
		t.Errorf("%d keys, error %v", len(got), err)
	}
	if note := rep.Anomalies[mirror.AnomalyLongPage]; note.Total != 2 {
		t.Errorf("got note %+v", note)
	}
}

// changing is a store whose volatile keys come and go with every page.
func changing(r *rand.Rand, s *shelf, volatile []string) {
	s.change = func() {
		for range 5 {
			key := volatile[r.IntN(len(volatile))]
			if i, found := slices.BinarySearch(s.keys, key); found {
				s.keys = slices.Delete(s.keys, i, i+1)
			} else {
				s.keys = slices.Insert(s.keys, i, key)
			}
		}
	}
}

// Keys that come and go while a listing is read at several places, also where two of
// them meet, make no walk fail; the others come once each.
func TestKeysComeAndGo(t *testing.T) {
	for kind := range keyKinds {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 4))
			keys := many(kind, 2000)
			var stable, volatile []string
			for _, key := range keys {
				if r.IntN(3) == 0 {
					volatile = append(volatile, key)
				} else {
					stable = append(stable, key)
				}
			}
			src, dst := newShelf("a", 10, slices.Clone(stable)), newShelf("b", 10, slices.Clone(stable))
			changing(rand.New(rand.NewPCG(seed, 5)), src, volatile)
			changing(rand.New(rand.NewPCG(seed, 6)), dst, volatile)
			got, _, err := walked(t, src, dst)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", kind, seed, err)
			}
			for _, key := range stable {
				if got[key] != 3 {
					t.Errorf("%s, seed %d: %q is seen as %d", kind, seed, key, got[key])
				}
			}
		}
	}
}

// A guess lies between the page and what is known to be empty.
func FuzzMiddle(f *testing.F) {
	f.Add("a/000", "a/999", "b")
	f.Add("", "ż", "")
	f.Add("x1", "x7", "x9y")
	f.Fuzz(func(t *testing.T, first, last, ceiling string) {
		if first > last || last == "" {
			return
		}
		guess, ok := mirror.Middle(first, last, ceiling)
		if ok && (guess <= last || ceiling != "" && guess >= ceiling) {
			t.Errorf("%q is not between %q and %q", guess, last, ceiling)
		}
	})
}
