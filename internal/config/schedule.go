package config

import (
	"fmt"
	"time"
)

// periods are the intervals between runs that a cron expression can hold evenly, longest first.
var periods = [...]struct {
	length time.Duration
	cron   string
}{
	{24 * time.Hour, "0 0 * * *"},
	{12 * time.Hour, "0 */12 * * *"},
	{8 * time.Hour, "0 */8 * * *"},
	{6 * time.Hour, "0 */6 * * *"},
	{4 * time.Hour, "0 */4 * * *"},
	{3 * time.Hour, "0 */3 * * *"},
	{2 * time.Hour, "0 */2 * * *"},
	{time.Hour, "0 * * * *"},
	{30 * time.Minute, "*/30 * * * *"},
	{20 * time.Minute, "*/20 * * * *"},
	{15 * time.Minute, "*/15 * * * *"},
	{10 * time.Minute, "*/10 * * * *"},
	{5 * time.Minute, "*/5 * * * *"},
}

// Schedule returns the cron expression that keeps copies younger than rpo when a run may take as
// long as deadline and one run in a row may fail: the largest even period of at most
// (rpo − deadline)/2.
func Schedule(rpo, deadline Duration) (string, error) {
	room := (rpo - deadline).Std() / 2
	for _, period := range periods {
		if period.length <= room {
			return period.cron, nil
		}
	}
	return "", fmt.Errorf("%s cannot be held with a deadline of %s: an rpo must be at least the deadline plus 10m; raise rpo or lower deadline", rpo, deadline)
}
