package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

const (
	maxID      = 4 << 10
	maxUploads = 10_000
)

// Upload is an object under way to the destination: what the source showed of it when it
// was begun, a digest of all else that it is to be, and the id with which the destination
// takes the upload up again.
type Upload struct {
	Key, ETag string
	Size      int64
	Shape     string
	ID        string
	Started   time.Time
}

// Begin takes an upload down, at once.
func (j *Journal) Begin(ctx context.Context, u Upload) error {
	if len(u.Key) > maxKey || len(u.ETag) > maxTag || len(u.Shape) > maxTag || len(u.ID) > maxID {
		return nil
	}
	b := appendText(nil, u.Key)
	b = appendText(b, u.ETag)
	b = binary.AppendVarint(b, u.Size)
	b = appendText(b, u.Shape)
	b = appendText(b, u.ID)
	b = binary.AppendVarint(b, u.Started.UnixNano())

	return j.put(ctx, uploadName(u), kindUpload, b)
}

// End forgets an upload that was completed or aborted.
func (j *Journal) End(ctx context.Context, u Upload) error {
	if err := j.place.Remove(ctx, j.dir+uploadName(u)); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}

	return nil
}

func uploadName(u Upload) string {
	return fmt.Sprintf("%s%x", uploadPrefix, sha256.Sum256([]byte(u.Key+"\x00"+u.ID)))
}

// Uploads returns the uploads that were under way when the journal was opened: what
// killed runs of this pair of stores left, and nobody else's. A record that is damaged
// is removed; its upload remains with the destination.
func (j *Journal) Uploads(ctx context.Context) ([]Upload, error) {
	var uploads []Upload
	for _, name := range j.uploads[:min(len(j.uploads), maxUploads)] {
		frame, _, err := j.place.Get(ctx, j.dir+name)
		if errors.Is(err, state.ErrAbsent) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		u, err := j.pair.upload(frame)
		if err != nil {
			j.damage()
			if err := j.place.Remove(ctx, j.dir+name); err != nil {
				return nil, fmt.Errorf("tidy the journal up: %w", err)
			}

			continue
		}
		uploads = append(uploads, u)
	}
	slices.SortFunc(uploads, func(a, b Upload) int { return a.Started.Compare(b.Started) })

	return uploads, nil
}

// upload reads the record of an upload.
func (p pair) upload(frame []byte) (Upload, error) {
	content, err := p.unseal(kindUpload, frame)
	if err != nil {
		return Upload{}, err
	}
	s := scanner{rest: content}
	u := Upload{
		Key: string(s.text(maxKey)), ETag: string(s.text(maxTag)), Size: s.signed(),
		Shape: string(s.text(maxTag)), ID: string(s.text(maxID)), Started: time.Unix(0, s.signed()).UTC(),
	}
	if s.bad || len(s.rest) > 0 || u.Size < 0 {
		return Upload{}, errDamaged
	}

	return u, nil
}
