package mirror

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
)

// unheld names what of the lock the destination does not have as the source has it. What
// the destination locks beyond the source is its own affair.
func (a Attributes) unheld(dst Attributes) []string {
	var names []string
	for _, name := range []string{LockMode, LockUntil, LockHold} {
		if want := lockValue(name, a.Lock[name]); want != "" && want != lockValue(name, dst.Lock[name]) {
			names = append(names, lockPrefix+name)
		}
	}

	return names
}

// lockValue is what a value means, however it is spelled. A legal hold that is off is none.
func lockValue(name, value string) string {
	switch name {
	case LockHold:
		if value = strings.ToUpper(value); value == "OFF" {
			return ""
		}
	case LockUntil:
		if until, err := time.Parse(time.RFC3339, value); err == nil {
			return until.UTC().Truncate(time.Second).Format(time.RFC3339)
		}
	}

	return value
}

// lasts returns what of a lock still binds: a retention that has ended protects nothing,
// and no store takes it.
func lasts(lock map[string]string, now time.Time) map[string]string {
	kept := maps.Clone(lock)
	maps.DeleteFunc(kept, func(name, value string) bool { return lockValue(name, value) == "" })
	if until, err := time.Parse(time.RFC3339, kept[LockUntil]); err == nil && !until.After(now) {
		delete(kept, LockUntil)
		delete(kept, LockMode)
	}
	if len(kept) == 0 {
		return nil
	}

	return kept
}

// locks carries retention and legal holds from one bucket to its copy.
type locks struct {
	*engine

	bucket  string
	anomaly func(kind AnomalyKind, detail string)
	onRetry func()

	mu             sync.Mutex
	asked          bool
	source, target bool // the buckets have object lock
	looked, shown  bool // at an object, that had a lock
}

// find asks once whether the buckets have object lock. A bucket that does not tell has
// none.
func (l *locks) find(ctx context.Context) (source, target bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked {
		if l.source, err = l.enabled(ctx, l.src); err == nil {
			l.target, err = l.enabled(ctx, l.read)
		}
		l.asked = err == nil
	}

	return l.source, l.target, err
}

func (l *locks) enabled(ctx context.Context, store Reader) (bool, error) {
	doc, err := l.setting(ctx, store, l.bucket, SettingLock, l.onRetry)
	if err != nil && (ctx.Err() != nil || errors.Is(err, ErrTemporary)) {
		return false, fmt.Errorf("find out about object lock: %w", err)
	}

	return err == nil && canonical(doc).value("ObjectLockEnabled") == "Enabled", nil
}

// carried returns the lock that the copy of an object gets.
func (l *locks) carried(ctx context.Context, obj Object) (map[string]string, error) {
	if l == nil {
		return nil, nil
	}
	source, target, err := l.find(ctx)
	if err != nil {
		return nil, err
	}
	if source && len(obj.Lock) == 0 {
		if obj.Lock, err = l.described(ctx, obj.Entry); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	l.looked, l.shown = true, l.shown || len(obj.Lock) > 0
	l.mu.Unlock()
	lock := lasts(obj.Lock, time.Now())
	if len(lock) > 0 && !target {
		l.anomaly(AnomalyLockUnheld, "retention and legal hold cannot be held there: the bucket has no object lock")

		return nil, nil
	}

	return lock, nil
}

// described asks for the lock of an object that a read did not show.
func (l *locks) described(ctx context.Context, e Entry) (map[string]string, error) {
	obj, body, err := l.src.Get(ctx, l.bucket, e.Key, Selection{IfMatch: e.ETag, Version: e.Version, Describe: true})
	if err == nil {
		err = body.Close()
	}
	if err = moved(err, obj.Entry, e); err != nil {
		return nil, fmt.Errorf("read the lock: %w", err)
	}

	return obj.Lock, nil
}

// missing names the attributes that the destination does not have as the source has them.
// A bucket without object lock is not asked for locks.
func (l *locks) missing(ctx context.Context, src, dst Object) ([]string, error) {
	if l == nil {
		src.Lock = nil
	}
	if src.Lock = lasts(src.Lock, time.Now()); len(src.Lock) > 0 {
		_, target, err := l.find(ctx)
		if err != nil {
			return nil, err
		}
		if !target {
			src.Lock = nil
			l.anomaly(AnomalyLockUnheld, "retention and legal hold cannot be held there: the bucket has no object lock")
		}
	}

	return src.Missing(dst.Attributes), nil
}

// conclude notes a source that hides its locks.
func (l *locks) conclude() {
	l.mu.Lock()
	hidden := l.source && l.looked && !l.shown
	l.mu.Unlock()
	if hidden {
		l.anomaly(AnomalyLockHidden, "the bucket of the source has object lock and none of its objects shows any: "+
			"credentials that may not read retention see none")
	}
}
