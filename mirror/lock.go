package mirror

import (
	"strings"
	"time"
)

// unheld names what of the lock the destination does not have as the source has it.
func (a Attributes) unheld(dst Attributes) []string {
	var names []string
	for _, name := range []string{LockMode, LockUntil, LockHold} {
		if lockValue(name, a.Lock[name]) != lockValue(name, dst.Lock[name]) {
			names = append(names, lockPrefix+name)
		}
	}

	return names
}

// lockValue is what a value means, however it is spelled. A legal hold that is off is none.
func lockValue(name, value string) string {
	switch name {
	case LockHold:
		if value = strings.ToUpper(value); value == "OFF" {
			return ""
		}
	case LockUntil:
		if until, err := time.Parse(time.RFC3339, value); err == nil {
			return until.UTC().Truncate(time.Second).Format(time.RFC3339)
		}
	}

	return value
}
