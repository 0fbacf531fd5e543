package lease

import (
	"testing"
	"time"
)

func TestDead(t *testing.T) {
	tests := map[string]struct {
		sight     sight
		unchanged time.Duration
		want      bool
	}{
		"just seen":                         {sight{}, 0, false},
		"renewals are overdue":              {sight{}, overdue, false},
		"almost a term":                     {sight{}, Term - 1, false},
		"a term":                            {sight{}, Term, true},
		"released":                          {sight{lease: Lease{Released: true}}, 0, true},
		"its process has ended":             {sight{gone: true}, 0, true},
		"old, but may be renewed":           {sight{age: time.Hour}, overdue - 1, false},
		"old, and not renewed":              {sight{age: time.Hour}, overdue, true},
		"not old, and not renewed":          {sight{age: Term + margin - overdue - 1}, overdue, false},
		"from the future, and not renewed":  {sight{age: -time.Hour}, overdue, false},
		"from the future, not in its term":  {sight{age: -time.Hour}, Term, true},
		"its holder's clock says otherwise": {sight{lease: Lease{Until: time.Unix(0, 0)}}, overdue, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.sight.since = time.Now()
			if got := test.sight.dead(test.sight.since.Add(test.unchanged)); got != test.want {
				t.Errorf("dead: %v", got)
			}
		})
	}
}

// A clock that is set counts as well as one that runs.
func TestElapsed(t *testing.T) {
	from := time.Now()
	wall := from.Round(0)
	for name, test := range map[string]struct {
		to   time.Time
		want time.Duration
	}{
		"both clocks ran":       {from.Add(time.Hour), time.Hour},
		"only the wall's clock": {wall.Add(time.Hour), time.Hour},
	} {
		if got := elapsed(from, test.to); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
