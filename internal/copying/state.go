package copying

import (
	"log/slog"

	"github.com/helm-ferry/ferry/mirror"
)

// nameState logs what happened beside the data.
func nameState(log *slog.Logger, report mirror.Report) {
	for _, b := range report.Buckets {
		if b.Adopted != "" {
			log.Warn("adopted", "bucket", b.Bucket, "before a copy of", b.Adopted)
		}
	}
	if report.State == nil {
		return
	}
	for _, lock := range report.State.TakenOver {
		log.Warn("taken over from a run that has died", "lock", lock)
	}
	for _, err := range report.State.Errors {
		log.Warn("not kept", "place", report.State.Place, "error", err)
	}
}
