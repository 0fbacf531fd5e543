package mirror

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/helm-ferry/ferry/mirror/journal"
)

// journaled reports whether what is written in parts is taken down, so that the next run can drop the
// parts if this one is killed.
func (t *transfer) journaled() bool { return t.hints != nil && !t.hints.frozen }

// resumable reports whether the next run could take the object up again: its parts prove that they
// belong to it.
func (t *transfer) resumable(obj Object) bool {
	return t.journaled() && obj.ETag.Parts() > 0 && !t.ownCut && !t.wary && !t.opaque && !t.blind
}

// begin begins an upload, or takes up the one in which an interrupted run was writing
// this very object. done is called when nothing is left of it but the object.
func (t *transfer) begin(ctx context.Context, obj Object) (up Upload, done func(), err error) {
	t.have, t.recorded = nil, false
	filing := t.filing()
	if !t.journaled() {
		up, err = t.dst.Upload(ctx, t.dstBucket, t.dest, UploadRequest{Attributes: obj.Attributes, Filing: filing})

		return up, func() {}, err
	}
	record := journal.Upload{Key: t.dest, ETag: string(obj.ETag), Size: obj.Size, Shape: uploadShape(obj.Attributes, filing)}
	ended := func(u journal.Upload) func() {
		return func() { t.hintless(t.hints.journal.End(context.WithoutCancel(ctx), u)) }
	}
	if u, ok := t.left(obj, record); ok {
		up, parts, err := t.dst.Resume(ctx, t.dstBucket, t.dest, u.ID, filing)
		if err == nil {
			t.have, t.recorded = map[int]Part{}, true
			for _, part := range parts {
				t.have[part.Number] = part
			}

			return up, ended(u), nil
		}
		if !errors.Is(err, ErrNoObject) {
			t.hints.putBack(u)
		} else {
			ended(u)()
		}
	}
	up, err = t.dst.Upload(ctx, t.dstBucket, t.dest, UploadRequest{Attributes: obj.Attributes, Filing: filing})
	if err != nil {
		return nil, nil, err
	}
	record.ID, record.Started = up.ID(), time.Now()
	err = t.hints.journal.Begin(ctx, record)
	t.recorded = err == nil && t.resumable(obj)
	t.hintless(err)

	return up, ended(record), nil
}

// left takes the upload in which an interrupted run was writing this very object, if it can be gone on with.
func (t *transfer) left(obj Object, like journal.Upload) (journal.Upload, bool) {
	if !t.resumable(obj) {
		return journal.Upload{}, false
	}

	return t.hints.take(like)
}

// had returns a part that the destination has already. Whether it is the right one shows
// when the parts are joined.
func (t *transfer) had(n int) (layoutPart, bool) {
	part, ok := t.have[n]
	sum := part.ETag.MD5()
	if !ok || sum == nil {
		return layoutPart{}, false
	}

	return layoutPart{piece: piece{size: part.Size, sum: [16]byte(sum)}, offset: anywhere}, true
}

func (t *transfer) hintless(err error) {
	if err != nil {
		t.anomaly(AnomalyJournal, "an upload under way could not be recorded: "+err.Error())
	}
}

// uploadShape is a digest of what an object is to be beside its content.
func uploadShape(attrs Attributes, filing Filing) string {
	all := fmt.Sprintf("%q %q %q %q %d %q %q", attrs.Headers, attrs.Metadata, attrs.Tags, attrs.Lock,
		filing.Modified.Unix(), filing.StorageClass, filing.Version)

	return fmt.Sprintf("%x", sha256.Sum256([]byte(all)))
}

// take takes the upload that was writing the same object, if there is one.
func (h *hints) take(like journal.Upload) (journal.Upload, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, u := range h.uploads {
		if u.Key == like.Key && u.ETag == like.ETag && u.Size == like.Size && u.Shape == like.Shape {
			h.uploads = append(h.uploads[:i], h.uploads[i+1:]...)

			return u, true
		}
	}

	return journal.Upload{}, false
}

func (h *hints) putBack(u journal.Upload) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.uploads = append(h.uploads, u)
}

// dropUploads aborts what interrupted runs of this mirror were writing and nobody has
// taken up. Uploads of others are not in the journal.
func (b *bucketRun) dropUploads(ctx context.Context) {
	for _, u := range b.hints.uploads {
		up, _, err := b.dst.Resume(ctx, b.name, u.Key, u.ID, Filing{})
		if err == nil {
			err = up.Abort(ctx)
		}
		if err == nil || errors.Is(err, ErrNoObject) {
			err = b.hints.journal.End(ctx, u)
		}
		b.hintless(err)
	}
	b.hints.uploads = nil
}
