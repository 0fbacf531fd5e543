package copying

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// task is how far a run is with a bucket. How much there is to do is known when the listings have
// ended, and only then can anybody say how long it takes.
type task struct {
	objects, bytes       int64     // dealt with
	open                 int64     // bytes read of objects that are under way
	allObjects, allBytes int64     // of the bucket
	listed               time.Time // when these became known
	before               int64     // weight of what was done then
}

// perObject is what an object costs beside its bytes, in bytes.
const perObject = 64 << 10

const (
	barWidth  = 10
	leastSeen = 3 * time.Second // of work before its speed means something
)

// told takes note of how much there is to do.
func (t *task) told(objects, bytes int64) {
	if t.known() {
		return // of a later listing of the same bucket
	}
	t.allObjects, t.allBytes, t.listed, t.before = objects, bytes, time.Now(), t.done()
}

func (t *task) known() bool { return !t.listed.IsZero() }

// done is the weight of what is dealt with.
func (t *task) done() int64 { return t.bytes + t.open + perObject*t.objects }

// all is the weight of the bucket.
func (t *task) all() int64 { return t.allBytes + perObject*t.allObjects }

// percent is less than 100 as long as anything is to do.
func (t *task) percent() int64 {
	if t.objects >= t.allObjects {
		return 100
	}
	return min(99, t.done()*100/max(1, t.all()))
}

// left estimates the time to the end from the speed since the listings ended: what is equal was dealt
// with before.
func (t *task) left(now time.Time) (time.Duration, bool) {
	worked, took := t.done()-t.before, now.Sub(t.listed)
	if !t.known() || took < leastSeen || worked <= 0 || t.objects >= t.allObjects {
		return 0, false
	}
	left := time.Duration(float64(t.all()-t.done()) / float64(worked) * float64(took))
	return max(left, time.Second).Round(time.Second), true
}

// bar shows how far the bucket is, once that is known.
func (t *task) bar() string {
	if !t.known() {
		return ""
	}
	full := int(t.percent()) * barWidth / 100
	return fmt.Sprintf(" [%s%s] %d%%", strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), t.percent())
}

// counts says how much is dealt with, and of how much.
func (t *task) counts() string {
	if !t.known() {
		return fmt.Sprintf("%s, %s", plural(t.objects, "object"), size(t.bytes))
	}
	return fmt.Sprintf("%s of %s, %s of %s",
		humanize.Comma(min(t.objects, t.allObjects)), plural(t.allObjects, "object"), size(t.bytes), size(t.allBytes))
}
