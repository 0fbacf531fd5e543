package revision

import (
	"strconv"
	"strings"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Statuses of Helm's that say which revision is compared with which.
const (
	deployed        = "deployed"
	uninstalled     = "uninstalled"
	pendingRollback = "pending-rollback"
)

// storedRecord is one record as it is kept, of which the labels are read.
type storedRecord struct {
	object string
	number int
	status string
	data   []byte
	// written is when the object was last written.
	written time.Time
}

func newStoredRecord(kind string, object meta.ObjectMeta, data []byte) storedRecord {
	number, _ := strconv.Atoi(object.Labels["version"])
	return storedRecord{kind + "/" + object.Name, number, object.Labels["status"], data, written(object)}
}

// written is when an object was last written, as far as the API server keeps it.
func written(object meta.ObjectMeta) time.Time {
	last := object.CreationTimestamp.Time
	for _, field := range object.ManagedFields {
		if field.Time != nil && field.Time.After(last) {
			last = field.Time.Time
		}
	}
	return last
}

func (r storedRecord) decode() (*Revision, error) {
	decoded, err := Decode(r.data)
	if err != nil {
		return nil, &UnreadableError{Object: r.object, Err: err}
	}
	decoded.Written = r.written
	return decoded, nil
}

func (r storedRecord) pending() bool { return strings.HasPrefix(r.status, "pending-") }

// historyOf chooses among records as Helm does, by their labels: an upgrade is compared with the
// newest revision that is deployed, or where none is, with the newest that Helm is not at work on; a
// rollback with the newest of all. Only what is chosen is decoded: an old record that cannot be read
// stands in nobody's way.
func historyOf(records []storedRecord) (History, error) {
	var inForce, toCome *storedRecord
	for i, r := range records {
		if toCome == nil || r.number > toCome.number {
			toCome = &records[i]
		}
	}
	var h History
	if toCome != nil {
		h.Newest = toCome.number
		if !toCome.pending() {
			toCome = nil
		}
	}
	rollback := toCome != nil && toCome.status == pendingRollback
	for i := range records {
		r := &records[i]
		if r == toCome || r.pending() && !rollback || r.status == uninstalled {
			continue
		}
		if inForce == nil || r.better(inForce, rollback) {
			inForce = r
		}
	}
	var err error
	if inForce != nil {
		if h.InForce, err = inForce.decode(); err != nil {
			return History{}, err
		}
	}
	if toCome != nil {
		if h.ToCome, err = toCome.decode(); err != nil {
			return History{}, err
		}
	}
	return h, nil
}

// better tells whether a record is rather in force than another one.
func (r *storedRecord) better(than *storedRecord, rollback bool) bool {
	if !rollback && (r.status == deployed) != (than.status == deployed) {
		return r.status == deployed
	}
	return r.number > than.number
}
