package mirror

import (
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	early, late := time.Unix(1, 0), time.Unix(2, 0)
	src := Entry{Key: "k", Size: 3, ETag: "t", Modified: early}
	dst := func(size int64, etag ETag, modified time.Time) *Entry {
		return &Entry{Key: "k", Size: size, ETag: etag, Modified: modified}
	}
	tests := map[string]struct {
		p    pair
		want action
	}{
		"only the source":            {pair{src: &src}, actCopy},
		"only the destination":       {pair{dst: &src}, actExtra},
		"other size":                 {pair{src: &src, dst: dst(4, "t", late)}, actReplace},
		"equal, copy younger":        {pair{src: &src, dst: dst(3, "t", late)}, actNothing},
		"equal, same time":           {pair{src: &src, dst: dst(3, "t", early)}, actNothing},
		"equal, copy older":          {pair{src: &src, dst: dst(3, "t", time.Unix(0, 0))}, actDescribe},
		"other tag":                  {pair{src: &src, dst: dst(3, "u", late)}, actCompare},
		"no tag at the destination":  {pair{src: &src, dst: dst(3, "", late)}, actCompare},
		"no tag on either side":      {pair{src: dst(3, "", early), dst: dst(3, "", late)}, actCompare},
		"other size and copy older":  {pair{src: &src, dst: dst(2, "t", time.Unix(0, 0))}, actReplace},
		"empty objects of other tag": {pair{src: dst(0, "a", early), dst: dst(0, "b", late)}, actCompare},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := decide(test.p); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
