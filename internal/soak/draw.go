package main

import (
	"math/rand/v2"
	"time"

	"github.com/helm-ferry/ferry/mirror/quirky"
)

// quirk is a way in which one of the servers differs from the S3 reference, and with which a mirror can
// still do without a damaged byte at any time: one whose ETags or parts prove nothing shows damage only
// when it is read back, or not at all.
type quirk struct {
	name    string
	quirks  quirky.Quirks
	endless bool // no mirror can be done with a server whose listings are like that, but for one that is lucky
}

// quirks are what the lot falls on.
var quirks = []quirk{
	{name: "none", quirks: quirky.Quirks{}},
	{name: "keeps times", quirks: quirky.Quirks{KeepsTimes: true}},
	{name: "ETags in upper case", quirks: quirky.Quirks{ETags: quirky.ETagsUpper}},
	{name: "ETags without quotes", quirks: quirky.Quirks{ETags: quirky.ETagsUnquoted}},
	{name: "weak ETags", quirks: quirky.Quirks{ETags: quirky.ETagsWeak}},
	{name: "pages of seven keys", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 7}}},
	{name: "empty pages", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 20, EmptyPages: true}}},
	{name: "start-after includes its key", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 20, Inclusive: true}}},
	{name: "no tags", quirks: quirky.Quirks{Lacks: []string{"ObjectTagging"}, Writes: quirky.Writes{TaggingRefused: true}}},
	{name: "no checksums", quirks: quirky.Quirks{Writes: quirky.Writes{ChecksumsRefused: true}}},
	{name: "a key more than was asked for", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 20, OneMore: true}}},
	{name: "keys out of order", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 20, Unordered: true}}, endless: true},
	{name: "listings that end early", quirks: quirky.Quirks{Listing: quirky.Listing{EndsAfter: 70}}, endless: true},
	{name: "the same token for ever", quirks: quirky.Quirks{Listing: quirky.Listing{PageSize: 20, RepeatsToken: true}}, endless: true},
	{name: "keys that are not there", quirks: quirky.Quirks{Listing: quirky.Listing{Ghosts: []string{"equal/ghost"}}}, endless: true},
	{name: "no conditions", quirks: quirky.Quirks{Writes: quirky.Writes{NoConditions: true}, Reads: quirky.Reads{NoConditions: true}}},
	{name: "completions that take long", quirks: quirky.Quirks{Writes: quirky.Writes{SlowComplete: 20 * time.Millisecond, LostComplete: true}}},
	{name: "completions with an error in 200", quirks: quirky.Quirks{Writes: quirky.Writes{ErrorsIn200: 3}}},
}

// lot is what a seed decides beside the accidents.
type lot struct {
	source, destination quirk
	stated              bool
}

// endless tells whether the run in peace need not be done.
func (l lot) endless() bool { return l.source.endless || l.destination.endless }

// tagged tells whether objects can have tags.
func (l lot) tagged() bool {
	return !l.source.quirks.Writes.TaggingRefused && !l.destination.quirks.Writes.TaggingRefused
}

func draw(seed uint64) lot {
	random := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // chance
	pick := func() quirk { return quirks[random.IntN(len(quirks))] }

	return lot{source: pick(), destination: pick(), stated: random.IntN(2) == 0}
}
