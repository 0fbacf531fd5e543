package s3list

import (
	"bytes"
	"time"
)

// parseTruth reads true or false, as XML Schema and Python spell them.
func parseTruth(text []byte) (value, ok bool) {
	switch string(bytes.TrimSpace(text)) {
	case "true", "True", "1":
		return true, true
	case "false", "False", "0":
		return false, true
	default:
		return false, false
	}
}

// parseEncoding reads whether keys are encoded.
func parseEncoding(text []byte) (encoded, ok bool) {
	text = bytes.TrimSpace(text)

	return len(text) > 0, len(text) == 0 || bytes.EqualFold(text, []byte("url"))
}

// parseSize reads a number of bytes or keys: digits and nothing else.
func parseSize(text []byte) (int64, bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}

	return int64(n), n <= 1<<63-1
}

// parseTime reads a time of RFC 3339, which nearly always is in UTC.
func parseTime(text []byte) (time.Time, bool) {
	text = bytes.TrimSpace(text)
	if t, ok := parseUTC(text); ok {
		return t, true
	}
	var t time.Time
	err := t.UnmarshalText(text)

	return t, err == nil
}

// parseUTC reads 2006-01-02T15:04:05Z, with up to nine digits of a fraction. Days
// that do not exist are left to others.
func parseUTC(s []byte) (time.Time, bool) {
	if len(s) < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return time.Time{}, false
	}
	year, ok1 := digits(s[0:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	hour, ok4 := digits(s[11:13])
	minute, ok5 := digits(s[14:16])
	second, ok6 := digits(s[17:19])
	nanos, ok7 := fraction(s[19 : len(s)-1])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !ok7 ||
		month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}

	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC), true
}

// fraction reads nothing, or a point and digits, as nanoseconds.
func fraction(s []byte) (int, bool) {
	if len(s) == 0 {
		return 0, true
	}
	if s[0] != '.' || len(s) < 2 || len(s) > 10 {
		return 0, false
	}
	n, ok := digits(s[1:])
	for range 10 - len(s) {
		n *= 10
	}

	return n, ok
}

func digits(s []byte) (int, bool) {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}

	return n, true
}
