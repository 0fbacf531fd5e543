package mirror

import (
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	tests := map[string]struct {
		opts Options
		want string // "" is valid
	}{
		"minimal":                {Options{Buckets: []string{"a"}}, ""},
		"all":                    {Options{Buckets: []string{"*"}}, ""},
		"no buckets":             {Options{}, `buckets: none named`},
		"all and one":            {Options{Buckets: []string{"a", "*"}}, `buckets[1]: "*" stands alone`},
		"empty name":             {Options{Buckets: []string{""}}, "buckets[0]: is empty"},
		"twice":                  {Options{Buckets: []string{"a", "a"}}, `buckets[1]: "a" is named twice`},
		"state bucket":           {Options{Buckets: []string{"ferry-state"}}, "Ferry's own bucket"},
		"other state bucket":     {Options{Buckets: []string{"mine"}, StateBucket: "mine"}, "Ferry's own bucket"},
		"bad glob":               {Options{Buckets: []string{"a"}, Include: []string{""}}, "include[0]"},
		"no percentage":          {Options{Buckets: []string{"a"}, Remove: Remove{Enabled: true, Trash: time.Hour}}, "maxPercent"},
		"beyond all":             {Options{Buckets: []string{"a"}, Remove: Remove{Enabled: true, MaxPercent: 101, Trash: time.Hour}}, "maxPercent"},
		"no trash":               {Options{Buckets: []string{"a"}, Remove: Remove{Enabled: true, MaxPercent: 1}}, "remove.trash"},
		"remove and keep newer":  {Options{Buckets: []string{"a"}, KeepNewer: true, Remove: Remove{Enabled: true, MaxPercent: 1, Trash: 1}}, "cannot be combined"},
		"remove":                 {Options{Buckets: []string{"a"}, Remove: Remove{Enabled: true, MaxPercent: 1, Trash: time.Hour}}, ""},
		"negative":               {Options{Buckets: []string{"a"}, Bandwidth: -1}, "negative"},
		"negative count":         {Options{Buckets: []string{"a"}, Remove: Remove{MaxObjects: -1}}, "remove.maxObjects"},
		"span":                   {Options{Buckets: []string{"a"}, ModifiedBefore: time.Unix(9, 0), ModifiedAfter: time.Unix(8, 0)}, ""},
		"empty span":             {Options{Buckets: []string{"a"}, ModifiedBefore: time.Unix(9, 0), ModifiedAfter: time.Unix(9, 0)}, "nothing is modified"},
		"remove in a span":       {Options{Buckets: []string{"a"}, ModifiedBefore: time.Unix(9, 0), Remove: Remove{Enabled: true, MaxPercent: 1, Trash: 1}}, "span of times"},
		"several things at once": {Options{Concurrency: -1}, "buckets: none named; \"*\" is all of them\nconcurrency"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.opts.Validate()
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
