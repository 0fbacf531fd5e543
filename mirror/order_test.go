package mirror

import (
	"fmt"
	"testing"
)

func TestRankOf(t *testing.T) {
	for key, want := range map[string]struct {
		rank  rank
		table string
	}{
		"db/t/data/00000-0-a.parquet":                          {},
		"db/t/metadata/snap-1.avro":                            {},
		"db/t/metadata/00003-uuid.metadata.json":               {rankMetadata, "db/t/"},
		"db/t/metadata/v3.gz.metadata.json":                    {rankMetadata, "db/t/"},
		"db/t/metadata/v3.metadata.json.gz":                    {rankMetadata, "db/t/"},
		"db/t/metadata/version-hint.text":                      {rankPointer, "db/t/"},
		"metadata/version-hint.text":                           {rankPointer, ""},
		"elsewhere/v1.metadata.json":                           {rankMetadata, "elsewhere/"},
		"mymetadata/v1.metadata.json":                          {rankMetadata, "mymetadata/"},
		"t/_delta_log/00000000000000000001.json":               {rankMetadata, "t/"},
		"t/_delta_log/00000000000000000010.checkpoint.parquet": {rankMetadata, "t/"},
		"t/_delta_log/_last_checkpoint":                        {rankPointer, "t/"},
		"t/_delta_log/_sidecars/x.parquet":                     {},
		"_delta_log/00000000000000000000.json":                 {rankMetadata, ""},
		"my_delta_log/00000000000000000000.json":               {},
		"t/part-0.parquet":                                     {},
	} {
		if r, table := rankOf(key); r != want.rank || table != want.table {
			t.Errorf("%q has rank %d in table %q, want %d in %q", key, r, table, want.rank, want.table)
		}
	}
}

// A spool never holds more than twice its size, and gives out everything in the end,
// smallest keys first, whatever the order in which it comes.
func TestSpool(t *testing.T) {
	s := &spool{size: 10}
	var got []string
	for more := true; more; {
		for n := range 100 {
			key := fmt.Sprintf("t/_delta_log/%02d.json", n*37%100)
			s.add(pair{src: &Entry{Key: key}})
			if len(s.points) >= 2*s.size {
				t.Fatalf("holds %d points", len(s.points))
			}
		}
		var points []point
		points, more = s.take()
		for _, p := range points {
			got = append(got, p.key())
		}
	}
	seen := map[string]bool{}
	for _, key := range got {
		if seen[key] {
			t.Errorf("%q was given out twice", key)
		}
		seen[key] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100 points", len(seen))
	}
}
