package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Duration is a span of time. It is written as Go writes it, with days and weeks in addition:
// 90s, 4m, 1h30m, 30d, 2w.
type Duration time.Duration

// day and week have fixed lengths: a duration knows no calendar.
const (
	day  = 24 * time.Hour
	week = 7 * day
)

// ParseDuration reads a non-negative duration with the units ms, s, m, h, d and w.
func ParseDuration(text string) (Duration, error) {
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
		if err != nil || count < 0 || count > int64(100*365*day/unit.length) {
			return 0, durationError(text)
		}
		total += time.Duration(count) * unit.length
		rest = after
	}
	if rest == "" && text != "" {
		return Duration(total), nil
	}
	clock, err := time.ParseDuration(rest)
	if err != nil || clock < 0 || total+clock < total {
		return 0, durationError(text)
	}
	return Duration(total + clock), nil
}

func durationError(text string) error {
	return fmt.Errorf("%q is not a duration: write a number and a unit, for example 90s, 4m, 1h30m, 30d, 2w", text)
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

// String writes d so that [ParseDuration] reads it back: 2w, 30d, 1h30m, 4m, 90s.
func (d Duration) String() string {
	rest, text := d.Std(), ""
	for _, unit := range []struct {
		suffix string
		length time.Duration
	}{{"w", week}, {"d", day}, {"h", time.Hour}, {"m", time.Minute}} {
		if count := rest / unit.length; count > 0 {
			text += strconv.FormatInt(int64(count), 10) + unit.suffix
			rest -= count * unit.length
		}
	}
	if rest > 0 || text == "" {
		text += rest.String()
	}
	return text
}

// Bandwidth is a number of bytes per second; 0 is unlimited.
type Bandwidth int64

// UnmarshalText parses a size such as 50MiB, 50Mi or 800kB; the empty text is 0.
func (b *Bandwidth) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*b = 0
		return nil
	}
	size, err := humanize.ParseBytes(strings.TrimSuffix(string(text), "/s"))
	if err != nil || size == 0 || size > 1<<62 {
		return fmt.Errorf("%q is not a bandwidth: write bytes per second, for example 50MiB", text)
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
