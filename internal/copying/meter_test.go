package copying

import (
	"bytes"
	"log/slog"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
)

func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		seen := newMeter(slog.New(slog.NewTextHandler(&text, nil)))
		stop := seen.Lines(10 * time.Second)
		seen.event(mirror.Event{Kind: mirror.EventBucket, Bucket: "a"})
		for range 3 {
			seen.event(mirror.Event{Kind: mirror.EventCopied, Bytes: 10 << 20})
			seen.event(mirror.Event{Kind: mirror.EventEqual, Bytes: 1 << 20})
		}
		seen.event(mirror.Event{Kind: mirror.EventFailed})
		time.Sleep(25 * time.Second)
		stop()
		want := `level=INFO msg=bucket name=a
level=INFO msg=progress bucket=a objects=7 bytes="33 MiB" copied="30 MiB" rate="3.0 MiB/s" failed=1
level=INFO msg=progress bucket=a objects=7 bytes="33 MiB" copied="30 MiB" rate="0 B/s" failed=1
`
		if diff := cmp.Diff(want, regexp.MustCompile(`time=\S+ `).ReplaceAllString(text.String(), "")); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}
