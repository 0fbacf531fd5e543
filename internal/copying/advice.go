package copying

import "github.com/helm-ferry/ferry/mirror"

// advice says what helps against the first failure whose cause is known, if there is one.
func advice(report mirror.Report) string {
	for _, b := range report.Buckets {
		for _, failure := range b.Errors.First {
			if text := advised(failure.Cause); text != "" {
				return text
			}
		}
	}
	return ""
}

// advised is what helps against a cause, ready to be put behind an error.
func advised(cause mirror.Cause) string {
	text := map[mirror.Cause]string{
		mirror.CauseDenied:     "allow these credentials to do that, and run it again; where they may not list all buckets, name some",
		mirror.CauseClock:      "set the clocks, of this machine or of the store, then run it again",
		mirror.CauseFull:       "make room there, then run it again",
		mirror.CauseSealed:     "an object encrypted with its owner's key (SSE-C) can be copied by its owner alone: exclude it",
		mirror.CauseBucketName: "copy that bucket by itself to one with another name",
	}[cause]
	if text == "" {
		return ""
	}
	return "; " + text
}
