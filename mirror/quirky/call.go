package quirky

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Call is a request as the server understands it.
type Call struct {
	N           int64  // the how manieth request it is, from 1
	Op          string // the name that S3 gives it: GetObject, PutBucketPolicy, …
	Bucket, Key string
	Part        int // number of a part, when the request names one
}

// request is a call with all that belongs to it.
type request struct {
	Call
	*http.Request
	query   url.Values
	setting string // name of the document of a bucket that it is about
	payload payload
}

// settings are the documents of a bucket, by the names of their parameters, with what
// a server answers that does not have one.
var settings = map[string]struct {
	op      string
	missing string // code of the error
	empty   string // document in place of an error
}{
	"policy":       {op: "BucketPolicy", missing: "NoSuchBucketPolicy"},
	"lifecycle":    {op: "BucketLifecycleConfiguration", missing: "NoSuchLifecycleConfiguration"},
	"cors":         {op: "BucketCors", missing: "NoSuchCORSConfiguration"},
	"tagging":      {op: "BucketTagging", missing: "NoSuchTagSet"},
	"encryption":   {op: "BucketEncryption", missing: "ServerSideEncryptionConfigurationNotFoundError"},
	"versioning":   {op: "BucketVersioning", empty: "VersioningConfiguration"},
	"object-lock":  {op: "ObjectLockConfiguration", missing: "ObjectLockConfigurationNotFoundError"},
	"notification": {op: "BucketNotificationConfiguration", empty: "NotificationConfiguration"},
	"replication":  {op: "BucketReplication", missing: "ReplicationConfigurationNotFoundError"},
	"website":      {op: "BucketWebsite", missing: "NoSuchWebsiteConfiguration"},
	"logging":      {op: "BucketLogging", empty: "BucketLoggingStatus"},
}

// parse finds out what a request asks for.
func parse(r *http.Request) (*request, *apiError) {
	path, raw, _ := strings.Cut(r.RequestURI, "?")
	path, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		return nil, errURI
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errURI
	}
	req := &request{Request: r, query: query}
	req.Bucket, req.Key, _ = strings.Cut(path, "/")
	if number := query.Get("partNumber"); number != "" {
		if req.Part, err = strconv.Atoi(number); err != nil || req.Part < 1 {
			return req, errArgument
		}
	}
	switch {
	case req.Bucket == "":
		req.Op = map[string]string{http.MethodGet: "ListBuckets"}[r.Method]
	case req.Key == "":
		req.Op = req.bucketOp()
	default:
		req.Op = req.objectOp()
	}
	if req.Op == "" {
		return req, errMethod
	}

	return req, nil
}

func (r *request) bucketOp() string {
	for name, setting := range settings {
		if r.query.Has(name) {
			r.setting = name

			return r.verb() + setting.op
		}
	}
	switch r.Method {
	case http.MethodHead:
		return "HeadBucket"
	case http.MethodPut:
		return "CreateBucket"
	case http.MethodDelete:
		return "DeleteBucket"
	case http.MethodPost:
		if r.query.Has("delete") {
			return "DeleteObjects"
		}
	case http.MethodGet:
		switch {
		case r.query.Has("location"):
			return "GetBucketLocation"
		case r.query.Has("versions"):
			return "ListObjectVersions"
		case r.query.Has("uploads"):
			return "ListMultipartUploads"
		case r.query.Get("list-type") == "2":
			return "ListObjectsV2"
		case len(r.query) == 0 || r.query.Has("prefix") || r.query.Has("max-keys") || r.query.Has("encoding-type"):
			return "ListObjects"
		}
	}

	return ""
}

// verb is how the names of operations begin that have a parameter of their own.
func (r *request) verb() string {
	return map[string]string{http.MethodGet: "Get", http.MethodPut: "Put", http.MethodDelete: "Delete"}[r.Method]
}

func (r *request) objectOp() string {
	for name, op := range map[string]string{
		"tagging": "ObjectTagging", "retention": "ObjectRetention", "legal-hold": "ObjectLegalHold",
	} {
		if r.query.Has(name) {
			return r.verb() + op
		}
	}
	upload, copied := r.query.Has("uploadId"), r.Header.Get("X-Amz-Copy-Source") != ""
	switch r.Method {
	case http.MethodGet:
		if upload {
			return "ListParts"
		}

		return "GetObject"
	case http.MethodHead:
		return "HeadObject"
	case http.MethodPut:
		return r.putOp(upload, copied)
	case http.MethodPost:
		if r.query.Has("uploads") {
			return "CreateMultipartUpload"
		}
		if upload {
			return "CompleteMultipartUpload"
		}
	case http.MethodDelete:
		if upload {
			return "AbortMultipartUpload"
		}

		return "DeleteObject"
	}

	return ""
}

func (r *request) putOp(upload, copied bool) string {
	switch {
	case upload && copied:
		return "UploadPartCopy"
	case upload:
		return "UploadPart"
	case copied:
		return "CopyObject"
	default:
		return "PutObject"
	}
}

// writes reports whether a call has an effect.
func (c Call) writes() bool {
	return !slices.ContainsFunc([]string{"Get", "Head", "List"}, func(verb string) bool {
		return strings.HasPrefix(c.Op, verb)
	})
}
