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

// LookAhead is how many revisions after a given one [ReadAt] looks at.
const LookAhead = 10

// Read returns where a release stands, by a list of its records: Secrets, or ConfigMaps where there
// are none.
func Read(ctx context.Context, client kube.Client, release string) (History, error) {
	for _, d := range drivers {
		records, err := d.list(ctx, client, labelled(release))
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

// ReadAt is [Read] without the right to list: from the number of a revision that the release has it
// goes up to the newest one, which is further on when a rollback comes back to the revision, and then
// down until it knows which is in force. The error is [ErrOutOfSight] if that lies further off than
// [LookBack] and [LookAhead], or than the caller may get.
func ReadAt(ctx context.Context, client kube.Client, release string, number int) (History, error) {
	newest, err := climb(ctx, client, release, number)
	if err != nil {
		return History{}, err
	}
	var found []storedRecord
	n := newest
	for ; n > 0 && n >= newest-LookBack; n-- {
		r, err := get(ctx, client, release, n)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if apierrors.IsForbidden(err) && n < newest {
			break
		}
		if err != nil {
			return History{}, err
		}
		found = append(found, r)
		if r.status == deployed || found[0].status == pendingRollback && n < newest {
			return historyOf(found)
		}
	}
	if n > 0 {
		return History{}, fmt.Errorf("look for the revision of release %s that is in force, from %d down to %d: %w", release, newest-1, n+1, ErrOutOfSight)
	}
	return historyOf(found)
}

// climb returns the number of the newest revision.
func climb(ctx context.Context, client kube.Client, release string, number int) (int, error) {
	for n := number + 1; n <= number+LookAhead; n++ {
		_, err := get(ctx, client, release, n)
		switch {
		case errors.Is(err, ErrNotFound):
			return n - 1, nil
		case err != nil:
			return 0, err
		}
	}
	return 0, fmt.Errorf("look for the newest revision of release %s, from %d up to %d: %w", release, number, number+LookAhead, ErrOutOfSight)
}

// ReadOf returns where the release stands that Helm is at work on with this hook. A name for the
// release is not needed then: the hook asks which one it is of. Nothing is returned if Helm is at work
// on none.
func ReadOf(ctx context.Context, client kube.Client, kind, name string) (History, error) {
	for _, d := range drivers {
		records, err := d.list(ctx, client, pending)
		if err != nil {
			return History{}, fmt.Errorf("list the %ss of releases in %s: %w", d.kind, client.Namespace, err)
		}
		for _, r := range records {
			found, err := r.decode()
			if err != nil || !found.hasHook(kind, name) {
				continue // of another release
			}
			history, err := Read(ctx, client, found.Release)
			if err != nil || history.ToCome != nil && history.ToCome.hasHook(kind, name) {
				return history, err
			}
		}
	}
	return History{}, nil
}

func recordName(release string, number int) string {
	return fmt.Sprintf("sh.helm.release.v1.%s.v%d", release, number)
}
