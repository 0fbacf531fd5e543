package revision

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/helm-ferry/ferry/internal/kube"
)

// LookBack is how many revisions before the one to come [ReadAt] looks at: one deployed, and failed
// ones after it.
const LookBack = 10

// Read returns where a release stands, by a list of its records: Secrets, or ConfigMaps where there
// are none.
func Read(ctx context.Context, client kube.Client, release string) (History, error) {
	for _, d := range drivers {
		records, err := d.list(ctx, client, release)
		if err != nil {
			return History{}, fmt.Errorf("list the %ss of release %s in %s: %w", d.kind, release, client.Namespace, err)
		}
		if len(records) > 0 {
			return historyOf(records)
		}
	}
	return History{}, nil
}

// Get returns one revision of a release; an error that is [ErrNotFound] if it has no record.
func Get(ctx context.Context, client kube.Client, release string, number int) (*Revision, error) {
	r, err := get(ctx, client, release, number)
	if err != nil {
		return nil, err
	}
	return r.decode()
}

func get(ctx context.Context, client kube.Client, release string, number int) (storedRecord, error) {
	name := recordName(release, number)
	for _, d := range drivers {
		r, err := d.get(ctx, client, name)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return storedRecord{}, fmt.Errorf("get %s/%s in %s: %w", d.kind, name, client.Namespace, err)
		}
		return r, nil
	}
	return storedRecord{}, fmt.Errorf("revision %d of release %s in %s: %w", number, release, client.Namespace, ErrNotFound)
}

// ReadAt is [Read] without the right to list: it gets the revision to come by its number, and the
// ones before it, newest first, until it knows which is in force. The error is [ErrOutOfSight] if
// that lies further back than [LookBack] or than the caller may get.
func ReadAt(ctx context.Context, client kube.Client, release string, number int) (History, error) {
	var found []storedRecord
	n := number
	for ; n > 0 && n >= number-LookBack; n-- {
		r, err := get(ctx, client, release, n)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if apierrors.IsForbidden(err) && n < number {
			break
		}
		if err != nil {
			return History{}, err
		}
		found = append(found, r)
		if r.status == deployed || found[0].status == pendingRollback && n < number {
			return historyOf(found)
		}
	}
	if n > 0 {
		return History{}, fmt.Errorf("look for the revision of release %s that is in force, from %d down to %d: %w", release, number-1, n+1, ErrOutOfSight)
	}
	return historyOf(found)
}

func recordName(release string, number int) string {
	return fmt.Sprintf("sh.helm.release.v1.%s.v%d", release, number)
}
