package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Duration is a span of time of at most 100 years, in milliseconds. It is written as Go writes it,
// with days and weeks in addition: 90s, 4m, 1h30m, 30d, 2w.
type Duration time.Duration

// day and week have fixed lengths: a duration knows no calendar.
const (
	day  = 24 * time.Hour
	week = 7 * day
)

// DurationPattern and BandwidthPattern are what a [Duration] and a [Bandwidth] look like, for the
// JSON Schema.
const (
	DurationPattern  = `^(0|([0-9]+w)?([0-9]+d)?([0-9]+(\.[0-9]+)?(h|m|s|ms))+|([0-9]+w)?[0-9]+d|[0-9]+w)$`
	BandwidthPattern = `^([0-9]+(\.[0-9]+)? ?([kKMGTP]i?)?B?(/s)?)?$`
)

var (
	durationPattern  = regexp.MustCompile(DurationPattern)
	bandwidthPattern = regexp.MustCompile(BandwidthPattern)
)

// maxDuration bounds what a person can mean, and keeps sums far from overflow.
const maxDuration = 100 * 365 * day

// ParseDuration reads a duration with the units w, d, h, m, s and ms: weeks first, then days, as
// whole numbers, then the rest as [time.ParseDuration] reads it.
func ParseDuration(text string) (Duration, error) {
	if !durationPattern.MatchString(text) {
		return 0, durationError(text)
	}
	rest, total := text, time.Duration(0)
	for _, unit := range []struct {
		suffix string
		length time.Duration
	}{{"w", week}, {"d", day}} {
		number, after, found := strings.Cut(rest, unit.suffix)
		if !found {
			continue
		}
		count, err := strconv.ParseInt(number, 10, 64)
		if err != nil || count > int64(maxDuration/unit.length) {
			return 0, tooLong(text)
		}
		total += time.Duration(count) * unit.length
		rest = after
	}
	if rest != "" {
		clock, err := time.ParseDuration(rest)
		if err != nil || clock > maxDuration {
			return 0, tooLong(text)
		}
		total += clock
	}
	if total > maxDuration {
		return 0, tooLong(text)
	}
	return Duration(total.Truncate(time.Millisecond)), nil
}

func tooLong(text string) error {
	return fmt.Errorf("%s is longer than 100 years", quote(text))
}

func durationError(text string) error {
	return fmt.Errorf("%s is not a duration: write a number and a unit, for example 90s, 4m, 1h30m, 30d, 2w", quote(text))
}

// UnmarshalText parses text as [ParseDuration] does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// MarshalText writes d with the largest units that leave no remainder.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Std returns d as a [time.Duration].
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Seconds returns d in whole seconds, rounded up.
func (d Duration) Seconds() int64 { return int64((d.Std() + time.Second - 1) / time.Second) }

// String writes d as a person would, and so that [ParseDuration] reads it back: 2w, 30d, 1h30m, 4m.
func (d Duration) String() string {
	rest, text := d.Std(), ""
	if rest > 0 && rest%week == 0 {
		return strconv.FormatInt(int64(rest/week), 10) + "w"
	}
	for _, unit := range []struct {
		suffix string
		length time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}} {
		if count := int64(rest / unit.length); count > 0 {
			text += strconv.FormatInt(count, 10) + unit.suffix
			rest %= unit.length
		}
	}
	if rest > 0 || text == "" {
		text += rest.String()
	}
	return text
}

// Bandwidth is a number of bytes per second; 0 is unlimited.
type Bandwidth int64

// UnmarshalText parses a size such as 50MiB, 50Mi, 800kB or 1.5G, by the second with or without "/s";
// the empty text is 0.
func (b *Bandwidth) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*b = 0
		return nil
	}
	size, err := humanize.ParseBytes(strings.TrimSuffix(string(text), "/s"))
	if !bandwidthPattern.Match(text) || err != nil || size == 0 || size > 1<<62 {
		return fmt.Errorf("%s is not a bandwidth: write bytes per second, for example 50MiB", quote(string(text)))
	}
	*b = Bandwidth(size)
	return nil
}

// MarshalText writes b in bytes, as [Bandwidth.UnmarshalText] reads it.
func (b Bandwidth) MarshalText() ([]byte, error) {
	if b == 0 {
		return nil, nil
	}
	return []byte(strconv.FormatInt(int64(b), 10) + "B"), nil
}
