package mirror

import (
	"context"
	"crypto/md5"
	"io"
	"time"

	"github.com/google/uuid"
)

// Reader is the side that is read. All methods are safe for concurrent use.
// None of them repeats a failed call: the engine owns the retries. Errors wrap
// the sentinels of this package where one fits, and never contain a secret.
type Reader interface {
	// Location names the endpoint, as scheme://host:port and without credentials.
	// Equal locations are the same store.
	Location() string

	// Buckets returns the names of all buckets that the credentials may see.
	Buckets(ctx context.Context) ([]string, error)

	// List returns one page of a bucket in byte order of the keys, as the server
	// gave it: the engine does the distrusting. ErrNoBucket when there is none.
	List(ctx context.Context, bucket string, from Cursor) (Page, error)

	// Stat describes an object, with its attributes and tags. ErrNoObject when
	// there is none.
	Stat(ctx context.Context, bucket, key string) (Object, error)

	// Get opens an object, or the part that the selection names. The tags are not
	// part of the answer, but for their number. ErrChanged when the object does not
	// have the ETag that the selection demands. The caller closes the body.
	Get(ctx context.Context, bucket, key string, sel Selection) (Object, io.ReadCloser, error)

	// Tags returns the tags of an object, nil where it has none or the store knows
	// none. It is needed after a Get whose TagCount is not 0. ErrNoObject when there
	// is no such object.
	Tags(ctx context.Context, bucket, key string) (map[string]string, error)

	// HasUpload reports whether an upload of this id is under way here. Two names for
	// one store are told by it.
	HasUpload(ctx context.Context, bucket, key, id string) (bool, error)

	// Setting returns one of the Settings of a bucket as the server spells it, XML or
	// JSON. ErrNoSetting when the bucket has none, ErrUnsupported when the store does
	// not know such a setting.
	Setting(ctx context.Context, bucket, name string) ([]byte, error)
}

// Store is the side that is written.
type Store interface {
	Reader

	// CreateBucket makes a bucket. One that exists already is no error, and stays as
	// it is.
	CreateBucket(ctx context.Context, bucket string, req BucketRequest) error

	// SetSetting gives a bucket one of the Settings. ErrUnsupported when the store
	// does not know such a setting.
	SetSetting(ctx context.Context, bucket, name string, doc []byte) error

	// Put writes an object in one request and returns its ETag. A body that is
	// shorter than its size, fails, or does not have the MD5 of the request, which is
	// ErrDigest, must not become the object. Nothing reads the body after the method has returned.
	Put(ctx context.Context, bucket, key string, req PutRequest) (ETag, error)

	// Upload begins an object of several parts.
	Upload(ctx context.Context, bucket, key string, req UploadRequest) (Upload, error)

	// Resume takes up an upload that another run began, with the filing that it asked
	// for, and returns the parts that it has by their numbers. ErrNoObject when there
	// is no such upload any more.
	Resume(ctx context.Context, bucket, key, id string, filing Filing) (Upload, []Part, error)

	// Uploads returns uploads that are under way below a prefix, anybody's and as many as
	// one answer holds. Some servers list only those that they remember, or that have
	// exactly this key. ErrUnsupported when the store does not list them.
	Uploads(ctx context.Context, bucket, prefix string) ([]Pending, error)

	// Remove deletes an object. One that does not exist is no error.
	Remove(ctx context.Context, bucket, key string) error
}

// Upload is an object in the making. It becomes visible with Complete and leaves
// nothing behind after Abort.
type Upload interface {
	// ID names the upload to Store.Resume.
	ID() string

	// Part writes part n, counted from 1, and returns its ETag. Parts may be
	// written again and in any order. Nothing reads the body after the method has
	// returned.
	Part(ctx context.Context, n int, body io.Reader, size int64) (ETag, error)

	// Complete joins the parts that were written and returns the ETag.
	Complete(ctx context.Context) (ETag, error)

	// Abort drops the parts.
	Abort(ctx context.Context) error
}

// Pending is an upload that is neither complete nor aborted.
type Pending struct {
	Key, ID string
	Begun   time.Time // as its server says
}

// Part is a part of an upload.
type Part struct {
	Number int
	Size   int64
	ETag   ETag
}

// Cursor says where a page begins. Token continues a listing and wins over After,
// which begins one behind a key; Prefix narrows it.
//
// Versions asks for all versions and delete markers, the newest first within a key;
// Version then begins behind that version of the key After. ErrUnsupported when the
// store has no such listing.
type Cursor struct {
	Prefix, After, Token string
	Versions             bool
	Version              string
}

// Page is part of a listing. Next continues it when it is truncated. Searches tells that each place at
// which the listing is begun costs the server a search through all that lies behind.
type Page struct {
	Entries   []Entry
	Truncated bool
	Next      string
	Searches  bool
}

// Selection narrows a read. IfMatch, when not empty, demands that ETag. Part,
// when above 0, asks for one part of an object that was written in parts; a store
// that does not know parts answers with the whole object, Ranged being false. Version
// reads that version in place of the newest one. Describe asks for the tags and for no
// content: the body is empty. Some servers show a lock only then.
type Selection struct {
	IfMatch  ETag
	Part     int
	Version  string
	Describe bool
}

// BucketRequest is what a bucket is to be from its beginning. Lock lets it hold
// retention and legal holds, which many stores allow at no later time; such a bucket
// keeps versions. ErrUnsupported when the store cannot.
type BucketRequest struct {
	Lock bool
}

// PutRequest is an object on its way in. The MD5 of the body has to be known
// beforehand: some servers keep what they have of an object when a connection
// breaks, unless they were told its digest.
//
// IfAbsent writes only where the key has no object, IfMatch only over the object with
// that ETag; the error is ErrChanged otherwise. Some servers ignore conditions.
//
// Marker writes a delete marker and nothing else of the request. In a bucket that keeps no
// versions it removes the object.
type PutRequest struct {
	Body       io.Reader
	Size       int64
	MD5        [md5.Size]byte
	Attributes Attributes
	Filing     Filing
	IfAbsent   bool
	IfMatch    ETag
	Marker     bool
}

// UploadRequest is what an object in parts is to be beside its content.
type UploadRequest struct {
	Attributes Attributes
	Filing     Filing
}

// Filing is how a store is asked to file an object. What a store cannot do it leaves
// undone without an error, or refuses with ErrFilingRefused: the same write without a
// filing may then succeed. The zero value asks for nothing.
type Filing struct {
	Modified     time.Time // in place of the time of the write
	StorageClass string
	Version      string // in place of an id of the store's choice
}

// VersionID is the id of a version in the one form that stores take from others, as MinIO does: that of a
// UUID. It is empty where the filing asks for none, or for one of another form.
func (f Filing) VersionID() string {
	id, err := uuid.Parse(f.Version)
	if err != nil || id.String() != f.Version {
		return ""
	}

	return f.Version
}
