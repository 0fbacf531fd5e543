package copying

import (
	"bytes"
	"crypto/md5"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
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
		seen.event(mirror.Event{Kind: mirror.EventFailed, Key: "k"})
		seen.event(mirror.Event{Kind: mirror.EventFailed})
		seen.event(mirror.Event{Kind: mirror.EventPhase, Phase: mirror.PhaseCopy, Objects: 10, Bytes: 43 << 20})
		time.Sleep(10*time.Second + 1)
		seen.add(5 << 20)
		time.Sleep(15 * time.Second)
		stop()
		want := `level=INFO msg=bucket name=a
level=INFO msg=progress bucket=a phase=copying objects=7 bytes="33 MiB" copied="30 MiB" rate="3.0 MiB/s" failed=2 done=76%
level=INFO msg=progress bucket=a phase=copying objects=7 bytes="33 MiB" copied="30 MiB" rate="0 B/s" failed=2 done=88% left=21s
`
		if diff := cmp.Diff(want, regexp.MustCompile(`time=\S+ `).ReplaceAllString(text.String(), "")); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// lockedText is written and read by several at a time.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestDraw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text lockedText
		m := newMeter(slog.New(slog.DiscardHandler))
		stop := m.Draw(NewScreen(&text, func() int { return 80 }))
		shows := func(want string) {
			t.Helper()
			synctest.Wait()
			lines := strings.Split(text.String(), erase)
			if got := lines[len(lines)-1]; got != want {
				t.Errorf("shows %q, want %q", got, want)
			}
		}
		time.Sleep(frame)
		shows("listing buckets")
		m.event(mirror.Event{Kind: mirror.EventBucket, Bucket: "lake/raw"})
		time.Sleep(frame)
		shows("lake/raw: listing, 0 objects, 0 B")
		m.event(mirror.Event{Kind: mirror.EventEqual, Bytes: 1 << 20})
		time.Sleep(frame)
		shows("lake/raw: listing, 1 object, 1.0 MiB")
		m.event(mirror.Event{Kind: mirror.EventPhase, Phase: mirror.PhaseCopy})
		m.add(3 << 20) // of an object that is not copied yet
		time.Sleep(frame)
		shows("lake/raw: copying, 1 object, 1.0 MiB, 5.0 MiB/s")
		m.event(mirror.Event{Kind: mirror.EventCopied, Bytes: 3 << 20})
		m.closed(3 << 20)
		m.event(mirror.Event{Kind: mirror.EventFailed, Key: "k"})
		time.Sleep(4 * time.Second)
		shows("lake/raw: copying, 1 failed, 3 objects, 4.0 MiB")
		m.event(mirror.Event{Kind: mirror.EventPhase, Phase: mirror.PhaseCopy, Objects: 4, Bytes: 16 << 20})
		time.Sleep(frame)
		shows("lake/raw: copying [##        ] 25%, 1 failed, 3 of 4 objects, 4.0 MiB of 16 MiB")
		m.add(6 << 20) // half of what is left
		time.Sleep(3*time.Second + frame)
		m.mu.Lock()
		if got, want := m.status([]int64{0}), "lake/raw: copying [######    ] 62%, 3s left, 1 failed, 3 of 4 objects, 4.0 MiB of 16 MiB"; got != want {
			t.Errorf("is %q, want %q", got, want)
		}
		m.mu.Unlock()
		m.event(mirror.Event{Kind: mirror.EventBucket, Bucket: "b"})
		time.Sleep(frame)
		shows("b: listing, 1 failed, 0 objects, 0 B")
		stop()
		shows("")
	})
}

// TestBytesAreCountedWhileTheyAreRead reads an object and looks at the meter in between.
func TestBytesAreCountedWhileTheyAreRead(t *testing.T) {
	store := memory.New("mem://a:1", memory.Quirks{})
	if err := store.CreateBucket(t.Context(), "b", mirror.BucketRequest{}); err != nil {
		t.Fatal(err)
	}
	const text = "content"
	_, err := store.Put(t.Context(), "b", "k", mirror.PutRequest{Body: strings.NewReader(text), Size: int64(len(text)), MD5: md5.Sum([]byte(text))})
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter(slog.New(slog.DiscardHandler))
	_, body, err := metered{Reader: store, meter: m}.Get(t.Context(), "b", "k", mirror.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	for want := int64(1); want <= 3; want++ {
		if _, err := body.Read(make([]byte, 1)); err != nil || m.read != want {
			t.Errorf("counted %d bytes of %d: %v", m.read, want, err)
		}
	}
	if _, body, err := (metered{Reader: store, meter: m}).Get(t.Context(), "b", "none", mirror.Selection{}); err == nil || body != nil {
		t.Errorf("got a body and %v", err)
	}
}

// TestAbilitiesAreShown looks at both places where a run may be watched.
func TestAbilitiesAreShown(t *testing.T) {
	event := mirror.Event{Kind: mirror.EventAbilities, Abilities: &mirror.StoreAbilities{
		Source:      mirror.Abilities{mirror.AbilityVersions: true},
		Destination: mirror.Abilities{mirror.AbilityConditions: true, mirror.AbilityTimes: false},
	}}
	var log, terminal bytes.Buffer
	m := newMeter(slog.New(slog.NewTextHandler(&log, nil)))
	m.event(event)
	if want := `msg=abilities source=versions destination="conditions, no times"`; !strings.Contains(log.String(), want) {
		t.Errorf("the log does not say %q: %s", want, &log)
	}
	stop := m.Draw(NewScreen(&terminal, func() int { return 80 }))
	m.event(event)
	stop()
	if want := "abilities of the source: versions; of the destination: conditions, no times\n"; !strings.Contains(terminal.String(), want) {
		t.Errorf("the terminal does not say %q: %q", want, &terminal)
	}
}
