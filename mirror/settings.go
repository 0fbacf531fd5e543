package mirror

import (
	"context"
	"errors"
	"fmt"
)

// The settings of a bucket.
const (
	SettingVersioning   = "versioning"
	SettingLock         = "object-lock" // with the default retention
	SettingEncryption   = "encryption"
	SettingCORS         = "cors"
	SettingTagging      = "tagging"
	SettingPolicy       = "policy"
	SettingLifecycle    = "lifecycle"
	SettingNotification = "notification"
)

// SettingOutcome says what became of a setting.
type SettingOutcome string

// The outcomes.
const (
	SettingSame        SettingOutcome = "same"
	SettingCopied      SettingOutcome = "copied"      // and read back
	SettingPlanned     SettingOutcome = "planned"     // a dry run would copy it
	SettingWaits       SettingOutcome = "waits"       // for the data to be complete
	SettingReported    SettingOutcome = "reported"    // the source has it, and it is never copied
	SettingExtra       SettingOutcome = "extra"       // only the destination has it: left alone
	SettingUnsupported SettingOutcome = "unsupported" // cannot be held there
	SettingDiffers     SettingOutcome = "differs"
	SettingFailed      SettingOutcome = "failed"
)

// SettingReport is what became of one setting of a bucket.
type SettingReport struct {
	Name    string         `json:"name"`
	Outcome SettingOutcome `json:"outcome"`
	Detail  string         `json:"detail,omitempty"`
}

// early are the settings that come before the data, late those that could hurt it while
// it is on its way: a lifecycle expires what has just come, a default retention keeps a
// wrong copy for good.
var (
	early = []string{SettingVersioning, SettingEncryption, SettingCORS, SettingTagging}
	late  = []string{SettingPolicy, SettingLifecycle, SettingLock, SettingNotification}
)

// settingsBefore copies the settings that come before the data.
func (b *bucketRun) settingsBefore(ctx context.Context) {
	if !b.opts.Settings || b.rep.Missing {
		return
	}
	for _, name := range early {
		b.report(ctx, b.carry(ctx, name))
	}
}

// settingsAfter copies the others, once the data is complete.
func (b *bucketRun) settingsAfter(ctx context.Context) {
	if !b.opts.Settings || b.rep.Missing || b.absent && !b.opts.DryRun {
		return
	}
	names := late
	if b.history {
		names = append([]string{SettingVersioning}, late...) // it may be suspended now
	}
	complete := b.rep.Complete && b.rep.Refused == ""
	for _, name := range names {
		if complete {
			b.report(ctx, b.carry(ctx, name))
		} else if src, _, err := b.readSetting(ctx, b.src, name); err != nil || !src.empty() {
			b.report(ctx, SettingReport{Name: name, Outcome: SettingWaits, Detail: "the data is not complete"})
		}
	}
}

// compareSettings compares all settings.
func (b *bucketRun) compareSettings(ctx context.Context) {
	if !b.opts.Settings || b.rep.Missing {
		return
	}
	for _, names := range [][]string{early, late} {
		for _, name := range names {
			b.report(ctx, b.carry(ctx, name))
		}
	}
}

// report adds a setting. A later word replaces an earlier one, unless it says less.
func (b *bucketRun) report(ctx context.Context, r SettingReport) {
	if r.Outcome == "" {
		return
	}
	b.mu.Lock()
	known := false
	for i, row := range b.rep.Settings {
		if row.Name == r.Name {
			known = true
			if r.Outcome != SettingSame && r.Outcome != SettingWaits {
				b.rep.Settings[i] = r
			}
		}
	}
	if !known {
		b.rep.Settings = append(b.rep.Settings, r)
	}
	b.mu.Unlock()
	switch r.Outcome {
	case SettingUnsupported:
		b.differs("", DiffSetting, r.Name+" cannot be held there: "+r.Detail, r.Name)
	case SettingDiffers:
		b.differs("", DiffSetting, r.Name+": "+r.Detail, r.Name)
	case SettingFailed:
		b.fail(ctx, "", fmt.Errorf("%s of bucket %q: %s", r.Name, b.name, r.Detail))
	case SettingSame, SettingCopied, SettingPlanned, SettingWaits, SettingReported, SettingExtra:
	}
}

// carry makes one setting of the destination's bucket that of the source's, or in a run
// that writes nothing compares them.
func (b *bucketRun) carry(ctx context.Context, name string) SettingReport {
	r := SettingReport{Name: name}
	src, doc, err := b.readSetting(ctx, b.src, name)
	if err != nil && !errors.Is(err, ErrUnsupported) {
		return r.with(SettingFailed, err.Error())
	}
	var dst node
	var unsupported error
	if !b.absent {
		dst, _, unsupported = b.readSetting(ctx, b.read, name)
		if unsupported != nil && !errors.Is(unsupported, ErrUnsupported) {
			return r.with(SettingFailed, unsupported.Error())
		}
	}
	switch {
	case src.empty() && dst.empty():
		return SettingReport{}
	case src.empty():
		return r.with(SettingExtra, "only the destination has it: left alone")
	case name == SettingNotification:
		return r.with(SettingReported, "names receivers that the destination does not know: set it by hand")
	case unsupported != nil:
		return r.with(SettingUnsupported, unsupported.Error())
	case src.String() == dst.String():
		return r.with(SettingSame, "")
	case b.dst == nil:
		return r.with(SettingDiffers, "the destination has another one")
	case b.opts.DryRun:
		return r.with(SettingPlanned, "")
	default:
		return b.set(ctx, r, src, doc)
	}
}

func (r SettingReport) with(outcome SettingOutcome, detail string) SettingReport {
	r.Outcome, r.Detail = outcome, detail

	return r
}

// set writes a setting and reads it back.
func (b *bucketRun) set(ctx context.Context, r SettingReport, want node, doc []byte) SettingReport {
	err := repeat(ctx, b.retried, func(ctx context.Context) error { return b.dst.SetSetting(ctx, b.name, r.Name, doc) })
	switch {
	case errors.Is(err, ErrUnsupported), err != nil && r.Name == SettingLock && !retryable(ctx, err) && ctx.Err() == nil:
		return r.with(SettingUnsupported, err.Error())
	case err != nil:
		return r.with(SettingFailed, err.Error())
	}
	got, _, err := b.readSetting(ctx, b.read, r.Name)
	switch {
	case err != nil:
		return r.with(SettingFailed, "read back: "+err.Error())
	case got.String() != want.String():
		return r.with(SettingDiffers, fmt.Sprintf("reads back as %.300s", got))
	default:
		return r.with(SettingCopied, "")
	}
}

// readSetting reads a setting. One that is not there is empty.
func (b *bucketRun) readSetting(ctx context.Context, store Reader, name string) (node, []byte, error) {
	doc, err := b.setting(ctx, store, b.name, name, b.retried)
	if errors.Is(err, ErrNoSetting) {
		return node{}, nil, nil
	}
	if err != nil {
		return node{}, nil, fmt.Errorf("read from %s: %w", store.Location(), err)
	}

	return canonical(doc), doc, nil
}

func (e *engine) setting(ctx context.Context, store Reader, bucket, name string, onRetry func()) ([]byte, error) {
	var doc []byte
	err := repeat(ctx, onRetry, func(ctx context.Context) error {
		var err error
		doc, err = store.Setting(ctx, bucket, name)

		return err
	})

	return doc, err
}
