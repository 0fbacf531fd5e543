package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/helm-ferry/ferry/mirror/quirky"
)

// cases are in the order of the page.
func cases() []scenario {
	return append(append(append(movingSource(), listings()...), transfers()...), contents()...)
}

// movingSource are cases in which others write while the mirror runs.
func movingSource() []scenario {
	return []scenario{{
		name: "overwritten-larger", title: "Objects are overwritten by larger ones after they were listed",
		about:   "Each of 100 objects is replaced by a larger one when its first read arrives.",
		prepare: func(t *trial) error { return t.overwrite(3000) },
	}, {
		name: "overwritten-smaller", title: "The same with smaller ones",
		about:   "Each of 100 objects is replaced by a smaller one when its first read arrives.",
		prepare: func(t *trial) error { return t.overwrite(1000) },
	}, {
		name: "killed", title: "The program is killed halfway and started again",
		about: "SIGKILL when the 150th of 300 objects arrives.", interrupt: 150,
		prepare: func(t *trial) error { return t.fill(300, 2000, false) },
	}}
}

// listings are cases in which a listing is not what it seems.
func listings() []scenario {
	return []scenario{{
		name: "listing-fails", title: "Credentials expire while the source is listed",
		about:   "2 500 objects; every page behind the first is answered with ExpiredToken.",
		prepare: func(t *trial) error { t.source.refuse = laterPages; return t.fill(2500, 10, false) },
	}, {
		name: "listing-fails-remove", title: "The same, and removing what the source does not have", remove: true, refusal: true,
		about:   "The destination is complete beforehand.",
		prepare: func(t *trial) error { t.source.refuse = laterPages; return t.fill(2500, 10, true) },
	}, {
		name: "listing-ends-early", title: "The source says that its listing has ended, and it has not", remove: true, refusal: true,
		about: "The listing ends after 2 400 of 2 500 objects, with status 200, as servers did. The destination is " +
			"complete beforehand, and what the source does not have is to be removed.",
		source:  quirky.Quirks{Listing: quirky.Listing{EndsAfter: 2400}},
		prepare: func(t *trial) error { return t.fill(2500, 10, true) },
	}, {
		name: "unordered", title: "The source lists out of order", remove: true, refusal: true,
		about:   "Neighbours are swapped. The destination is complete beforehand, and what the source does not have is to be removed.",
		source:  quirky.Quirks{Listing: quirky.Listing{Unordered: true}},
		prepare: func(t *trial) error { return t.fill(300, 10, true) },
	}, {
		name: "empty-source", title: "The source is empty, with status 200", remove: true, refusal: true,
		about: "As when a volume was not mounted. The destination has 300 objects, and what the source does not have is to be removed.",
		prepare: func(t *trial) error {
			err := t.fill(300, 10, true)
			for key := range t.wanted {
				if err == nil {
					err = t.source.Delete(bucket, key)
				}
			}

			return err
		},
	}, {
		name: "ghost", title: "An object is listed and cannot be read",
		about:   "One key of 101 is answered with 404, and comes back in every listing.",
		source:  quirky.Quirks{Listing: quirky.Listing{Ghosts: []string{ghost}}},
		prepare: func(t *trial) error { t.wanted[ghost] = []quirky.Digest{{}}; return t.fill(100, 10, false) },
	}}
}

// transfers are cases in which requests go wrong.
func transfers() []scenario {
	return []scenario{{
		name: "denied", title: "Writing some objects is not permitted",
		about: "Writes of 10 of 100 objects are answered with AccessDenied.",
		prepare: func(t *trial) error {
			t.destination.refuse = func(r *http.Request) refusal {
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "7") {
					return refusal{http.StatusForbidden, "AccessDenied"}
				}

				return refusal{}
			}

			return t.fill(100, 10, false)
		},
	}, {
		name: "busy", title: "Both servers are busy at times",
		about:   "One request in five is answered with 503, more in storms.",
		prepare: func(t *trial) error { return t.accidents(20, quirky.SlowDown) },
	}, {
		name: "cut-reads", title: "Reads break off",
		about: "One read in ten ends in the middle of the body.",
		prepare: func(t *trial) error {
			t.source.fault = only("GetObject", quirky.CutResponse)
			return t.fill(300, 20_000, false)
		},
	}, {
		name: "cut-writes", title: "Writes break off, and the server keeps what it got",
		about: "One write in ten ends in the middle of the body. Without Content-MD5, the destination takes what " +
			"came for the object, as some gateways do.",
		destination: quirky.Quirks{Writes: quirky.Writes{KeepsTruncated: true}},
		prepare: func(t *trial) error {
			t.destination.fault = only("PutObject", quirky.CutRequest)

			return t.fill(300, 20_000, false)
		},
	}, {
		name: "damaged-reads", title: "Bytes change on the way from the source",
		about: "One read in ten has a wrong byte.",
		prepare: func(t *trial) error {
			t.source.fault = only("GetObject", quirky.DamageResponse)
			return t.fill(300, 20_000, false)
		},
	}, {
		name: "damaged-writes", title: "Bytes change on the way to the destination",
		about: "One write in ten has a wrong byte.",
		prepare: func(t *trial) error {
			t.destination.fault = only("PutObject", quirky.DamageRequest)
			return t.fill(300, 20_000, false)
		},
	}}
}

// contents are cases about what a copy is.
func contents() []scenario {
	return []scenario{{
		name: "rotten", title: "An object at the destination was damaged since the last mirror",
		about: "Of 100 objects, 5 have the right size and another content there, and are younger than the source's.",
		prepare: func(t *trial) error {
			err := t.fill(100, 10, true)
			for i := range 5 {
				if err == nil {
					err = t.put(t.destination, key(20*i), strings.Repeat("#", 10))
				}
			}

			return err
		},
	}, {
		name: "keys", title: "Keys that look alike",
		about: "x and /x, a/b and a//b, a/./b and a/../b, é in both normal forms of Unicode, a+b, a%2Fb, a b, " +
			"and a key with a slash at its end.",
		prepare: func(t *trial) error {
			for _, key := range []string{"x", "/x", "a/b", "a//b", "a/./b", "a/../b", "caf\u00e9", "cafe\u0301", "a+b", "a%2Fb", "a b", "folder/"} {
				if err := t.put(t.source, key, "content of "+key); err != nil {
					return err
				}
			}

			return nil
		},
	}, {
		name: "attributes", title: "Headers, metadata and tags",
		about: "One object with all content headers, Cache-Control, Expires, user metadata and tags.",
		prepare: func(t *trial) error {
			t.attributes = true

			return t.dress()
		},
	}}
}

// ghost is a key among the others.
const ghost = "folder-0/ghost"

func key(i int) string { return fmt.Sprintf("folder-%d/object-%04d", i/100, i) }

// fill gives the source so many objects, and the destination the same if both have them.
func (t *trial) fill(objects, size int, both bool) error {
	for i := range objects {
		content := strings.Repeat(fmt.Sprintf("%08d,", i), size/9+1)[:size]
		if err := t.put(t.source, key(i), content); err != nil {
			return err
		}
		if !both {
			continue
		}
		if err := t.put(t.destination, key(i), content); err != nil {
			return err
		}
	}

	return nil
}

// overwrite gives the source objects of 2000 bytes that become others when they are read first.
func (t *trial) overwrite(size int) error {
	var mu sync.Mutex
	done := map[string]bool{}
	if err := t.fill(100, 2000, false); err != nil {
		return err
	}
	later := map[string]string{}
	for i := range 100 {
		later[key(i)] = strings.Repeat(fmt.Sprintf("%08d;", i), size/9+1)[:size]
	}
	for key, content := range later { // the old one is right as well
		t.wanted[key] = append(t.wanted[key], sha256.Sum256([]byte(content)))
	}
	t.source.meets = func(c quirky.Call) {
		mu.Lock()
		defer mu.Unlock()
		if c.Op == "GetObject" && later[c.Key] != "" && !done[c.Key] {
			done[c.Key] = true
			_ = t.source.Put(bucket, c.Key, quirky.Object{Parts: [][]byte{[]byte(later[c.Key])}})
		}
	}

	return nil
}

// accidents meet so many percent of the requests to both sides.
func (t *trial) accidents(percent int, kind quirky.Fault) error {
	t.source.fault = quirky.NewSchedule(1, percent, kind).Fault
	t.destination.fault = quirky.NewSchedule(2, percent, kind).Fault

	return t.fill(300, 2000, false)
}

// only lets a fault meet one in ten of one kind of request.
func only(op string, kind quirky.Fault) func(quirky.Call) quirky.Fault {
	schedule := quirky.NewSchedule(3, 10, kind)

	return func(c quirky.Call) quirky.Fault {
		if fault := schedule.Fault(c); c.Op == op && c.Bucket == bucket && fault == kind {
			return fault
		}

		return quirky.None
	}
}

// laterPages refuses every page of a listing but the first.
func laterPages(r *http.Request) refusal {
	query := r.URL.Query()
	cursor := query.Get("continuation-token") + query.Get("start-after") + query.Get("marker")
	if r.Method == http.MethodGet && strings.Trim(r.URL.Path, "/") == bucket && cursor != "" {
		return refusal{http.StatusBadRequest, "ExpiredToken"}
	}

	return refusal{}
}
