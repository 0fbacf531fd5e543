package heap

import (
	"errors"
	"math"
	"runtime/debug"
	"testing"
)

// settings are the two of the collector, put back at the end of a test.
func settings(t *testing.T) (percent int, limit int64) {
	t.Helper()
	percent = debug.SetGCPercent(100)
	debug.SetGCPercent(percent)

	return percent, debug.SetMemoryLimit(-1)
}

func TestForObjects(t *testing.T) {
	percent, limit := settings(t)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	limited := func() (uint64, error) { return 100 << 20, nil }
	free := func() (uint64, error) { return math.MaxUint64, nil }
	none := func() (uint64, error) { return 0, errors.New("no cgroup") }
	for name, test := range map[string]struct {
		environ map[string]string
		cgroup  func() (uint64, error)
		percent int
		limit   int64
	}{
		"a limit":                  {nil, limited, 50, 90 << 20},
		"no cgroup":                {nil, none, 50, math.MaxInt64},
		"GOGC is set":              {map[string]string{"GOGC": "80"}, limited, 100, 90 << 20},
		"GOMEMLIMIT is set":        {map[string]string{"GOMEMLIMIT": "1GiB"}, limited, 50, math.MaxInt64},
		"a cgroup without a limit": {nil, free, 50, 1 << 62},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetGCPercent(100)
			debug.SetMemoryLimit(math.MaxInt64)
			forObjects(func(name string) string { return test.environ[name] }, test.cgroup)
			if percent, limit := settings(t); percent != test.percent || limit != test.limit {
				t.Errorf("percent %d, limit %d; want %d, %d", percent, limit, test.percent, test.limit)
			}
		})
	}
}
