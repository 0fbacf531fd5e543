package render

import (
	"crypto/sha256"
	"encoding/hex"
)

// Limits of names: a CronJob's name gets an 11-character suffix in its Jobs, whose names are labels.
const (
	maxName        = 63
	maxCronJobName = 52
)

// shorten cuts a name that is longer than limit and puts a hash of the whole name at its end, so
// that two long names stay different.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	return name[:limit-9] + "-" + hash([]byte(name))
}

// hash returns eight hexadecimal digits.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}
