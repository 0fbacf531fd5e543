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
	if n := report.State.Aborted; n > 0 {
		log.Info("given up what killed runs were moving to the trash", "place", report.State.Place, "uploads", n)
	}
	for _, stray := range report.State.Strays.First {
		log.Warn("an upload that was begun before a run was killed, by it or by somebody else, stays: abort it if nobody writes it",
			"bucket", stray.Bucket, "key", stray.Key, "id", stray.ID, "begun", stray.Begun)
	}
	for _, err := range report.State.Errors {
		log.Warn("not kept", "place", report.State.Place, "error", err)
	}
}
