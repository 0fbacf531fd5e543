package mirror_test

import (
	"fmt"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A listing of versions that cannot be trusted is no listing.
func TestIncompleteHistory(t *testing.T) {
	type page = func(from mirror.Cursor, page mirror.Page) mirror.Page
	for name, test := range map[string]struct {
		page page
		want string
	}{
		"out of order": {
			page: func(_ mirror.Cursor, p mirror.Page) mirror.Page {
				if len(p.Entries) > 1 {
					p.Entries[0], p.Entries[len(p.Entries)-1] = p.Entries[len(p.Entries)-1], p.Entries[0]
				}

				return p
			},
			want: `out of order: "a" follows`,
		},
		"a version twice": {
			page: func(_ mirror.Cursor, p mirror.Page) mirror.Page {
				if len(p.Entries) > 1 {
					p.Entries = append(p.Entries[:2:2], p.Entries[:1]...)
				}

				return p
			},
			want: "is listed twice",
		},
		"no id": {
			page: func(_ mirror.Cursor, p mirror.Page) mirror.Page {
				for i := range p.Entries {
					p.Entries[i].Version = ""
				}

				return p
			},
			want: "has no id",
		},
		"a token that repeats": {
			page: func(mirror.Cursor, mirror.Page) mirror.Page {
				return mirror.Page{Truncated: true, Next: "again"}
			},
			want: "continuation token repeats",
		},
		"no token": {
			page: func(_ mirror.Cursor, p mirror.Page) mirror.Page {
				p.Truncated, p.Next = true, ""

				return p
			},
			want: "page is truncated and has no token",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.past(w.src, "a", "1", "2")
				w.past(w.src, "b", "1", "2")
				src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, p mirror.Page) mirror.Page {
					if !from.Versions {
						return p
					}

					return test.page(from, p)
				}})
				w.says(first(w.run(src, w.dst, historyOptions(), mirror.OutcomePartial)), test.want)
			})
		})
	}
}

// Versions that come behind the declared end are not lost, nor is one that comes again.
func TestEarlyEndOfHistory(t *testing.T) {
	inHistory(t, memory.Quirks{PageSize: 2}, memory.Quirks{}, func(w world) {
		w.past(w.src, "a", "1", "2", "3", "4", "5")
		src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, p mirror.Page) mirror.Page {
			if from.Versions {
				p.Truncated, p.Next = false, ""
			}

			return p
		}})
		rep := w.run(src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("history", w.all(w.dst), "a: 1 2 3 4 5")
		if rep.Buckets[0].Anomalies[mirror.AnomalyEarlyEnd].Total == 0 {
			w.Error("the early end is not noted")
		}
	})
}

// A key with more versions than fit is a failure of its bucket.
func TestTooManyVersions(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		n := 0
		src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, p mirror.Page) mirror.Page {
			if !from.Versions || n == 12_000 {
				return p
			}
			for range 1000 {
				n++
				p.Entries = append(p.Entries, mirror.Entry{Key: "k", Version: fmt.Sprint(n), Marker: true})
			}
			p.Truncated, p.Next = n < 12_000, fmt.Sprint(n)

			return p
		}})
		w.says(first(w.run(src, w.dst, historyOptions(), mirror.OutcomePartial)), `"k" has more than 10000 versions`)
	})
}

// What goes away during the run is looked at again.
func TestHistoryChangesDuringTheRun(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "k", "1", "2")
		gone := false
		src := faulty.New(w.src, faulty.Faults{
			Before: func(call faulty.Call) error {
				if call.Method == "Get" && !gone {
					gone = true

					return mirror.ErrNoObject
				}

				return nil
			},
		})
		rep := w.run(src, w.dst, historyOptions(), mirror.OutcomeDone)
		w.equal("moved", rep.Totals.Moved, int64(1))
		w.equal("history", w.all(w.dst), "k: 1 2")
	})
}
