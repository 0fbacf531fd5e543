package mirror

import (
	"context"
	"errors"
	"fmt"
)

const versioningEnabled = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
	`<Status>Enabled</Status></VersioningConfiguration>`

// request is how the bucket is to be made at the destination.
func (b *bucketRun) request(ctx context.Context) (BucketRequest, error) {
	if !b.opts.Settings || b.rep.Missing {
		return BucketRequest{}, nil
	}
	enabled, err := b.locks.enabled(ctx, b.src)

	return BucketRequest{Lock: enabled}, err
}

// keepsVersions finds out whether the source's bucket keeps versions, and makes sure that
// then the destination's does. A bucket that this run has made gets them; in one that was
// there before, versions are for its owner to turn on.
func (b *bucketRun) keepsVersions(ctx context.Context) bool {
	if !b.opts.Versions || b.rep.Missing {
		return true
	}
	status, err := b.versioning(ctx, b.src)
	if errors.Is(err, ErrUnsupported) || err == nil && status == "" {
		return true
	}
	b.history = err == nil
	if err == nil && b.absent {
		return true
	}
	if err == nil {
		status, err = b.versioning(ctx, b.read)
	}
	if err == nil && status != "Enabled" && b.dst != nil && !b.opts.DryRun && (b.rep.Created || b.opts.Settings) {
		err = repeat(ctx, b.retried, func(ctx context.Context) error {
			return b.dst.SetSetting(ctx, b.name, SettingVersioning, []byte(versioningEnabled))
		})
		status = "Enabled"
	}
	switch {
	case errors.Is(err, ErrUnsupported):
		b.refuse("%s cannot keep versions: %v", b.read.Location(), err)
	case err != nil:
		b.fail(ctx, "", fmt.Errorf("versions of bucket %q: %w", b.name, err))
	case status != "Enabled" && b.dst != nil && (!b.opts.DryRun || !b.opts.Settings):
		b.refuse("bucket %q of %s does not keep versions: turn them on there, or copy the settings too", b.name, b.dst.Location())
	default:
		return true
	}

	return false
}

// versioning is Enabled, Suspended or nothing.
func (b *bucketRun) versioning(ctx context.Context, store Reader) (string, error) {
	setting, _, err := b.readSetting(ctx, store, SettingVersioning)

	return setting.value("Status"), err
}
