package quirky

import (
	"context"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what a server does beside its duty.
type Config struct {
	// Name is what the server calls itself in its answers. Empty: nothing.
	Name   string
	Quirks Quirks
	// Fault, if set, decides for each request what goes wrong with it.
	Fault func(Call) Fault
	// Watch, if set, is told what happens. A request waits for it.
	Watch func(Call, Stage)
	// History keeps every content that a key ever had.
	History bool
	// Stall is how long a stalled request is held; default 1s.
	Stall time.Duration
}

// Stage is how far a request has come.
type Stage int

// The stages. What does not write has no Effect.
const (
	Arrived Stage = iota // nothing of its body has been read
	Effect               // it has had its effect and was not answered
)

// Server implements http.Handler.
type Server struct {
	config Config
	quirks Quirks
	count  atomic.Int64
	today  atomic.Pointer[day]
	serial atomic.Int64 // of versions and uploads

	mu       sync.RWMutex
	buckets  map[string]*bucket
	history  []Event
	mistakes int // answers of status 200 with an error
}

// New returns a server without buckets.
func New(config Config) *Server {
	if config.Stall == 0 {
		config.Stall = time.Second
	}
	config.Quirks.Listing.Ghosts = slices.Sorted(slices.Values(config.Quirks.Listing.Ghosts))

	return &Server{config: config, quirks: config.Quirks, buckets: map[string]*bucket{}}
}

// Start serves on a port of the loopback interface until the context ends, and returns
// the URL.
func (s *Server) Start(ctx context.Context) (url string, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()

	return "http://" + listener.Addr().String(), nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.config.Name != "" {
		w.Header()["Server"] = []string{s.config.Name}
	}
	req, fault := parse(r)
	if fault == nil {
		fault = s.authorize(r)
	}
	if fault != nil {
		send(w, r, failure(fault, r.URL.Path))

		return
	}
	req.N = s.count.Add(1)
	accident := None
	if s.config.Fault != nil {
		accident = s.config.Fault(req.Call)
	}
	s.watch(req.Call, Arrived)
	if s.before(w, req, accident) {
		return
	}
	resp := s.handle(req, accident)
	if req.writes() {
		s.watch(req.Call, Effect)
	}
	s.after(w, req, resp, accident)
}

func (s *Server) watch(call Call, stage Stage) {
	if s.config.Watch != nil {
		s.config.Watch(call, stage)
	}
}

// handle reads the body and does what is asked.
func (s *Server) handle(r *request, accident Fault) *response {
	if accident == CutRequest {
		r.Body = half(r.Body, r.ContentLength)
	}
	var fault *apiError
	if r.payload, fault = receive(r.Request); fault != nil {
		return failure(fault, r.URL.Path)
	}
	if accident == DamageRequest && len(r.payload.content) > 0 {
		r.payload.content[len(r.payload.content)/2] ^= 0xff
	}
	if r.payload.cut && (!s.quirks.Writes.KeepsTruncated || r.Header.Get("Content-MD5") != "") {
		return failure(errIncomplete, r.URL.Path)
	}
	if s.quirks.lacks(r.Op) {
		return failure(errNotThere, r.URL.Path)
	}
	do, ok := operations[r.Op]
	if r.setting != "" {
		do, ok = (*Server).setting, true
	}
	if !ok {
		return failure(errNotThere, r.URL.Path)
	}
	resp, fault := do(s, r)
	if fault != nil {
		return failure(fault, r.URL.Path)
	}

	return resp
}

// send answers. What is declared and not in the body is missed by the client.
func send(w http.ResponseWriter, r *http.Request, resp *response) {
	header := w.Header()
	maps.Copy(header, resp.header)
	if _, told := header["Content-Length"]; !told && resp.status != http.StatusNoContent {
		header["Content-Length"] = []string{formatSize(resp.size())}
	}
	w.WriteHeader(resp.status)
	if r.Method == http.MethodHead {
		return
	}
	for _, piece := range resp.body {
		if _, err := w.Write(piece); err != nil { //nolint:gosec // no browser reads it
			return
		}
	}
}

// operations are what the server can do.
var operations = map[string]func(*Server, *request) (*response, *apiError){
	"ListBuckets":             (*Server).listBuckets,
	"HeadBucket":              (*Server).headBucket,
	"CreateBucket":            (*Server).createBucket,
	"DeleteBucket":            (*Server).deleteBucket,
	"GetBucketLocation":       (*Server).location,
	"ListObjects":             (*Server).listV1,
	"ListObjectsV2":           (*Server).listV2,
	"ListObjectVersions":      (*Server).listVersions,
	"ListMultipartUploads":    (*Server).listUploads,
	"GetObject":               (*Server).getObject,
	"HeadObject":              (*Server).getObject,
	"PutObject":               (*Server).putObject,
	"CopyObject":              (*Server).copyObject,
	"DeleteObject":            (*Server).deleteObject,
	"DeleteObjects":           (*Server).deleteObjects,
	"CreateMultipartUpload":   (*Server).createUpload,
	"UploadPart":              (*Server).uploadPart,
	"UploadPartCopy":          (*Server).uploadPart,
	"CompleteMultipartUpload": (*Server).completeUpload,
	"AbortMultipartUpload":    (*Server).abortUpload,
	"ListParts":               (*Server).listParts,
	"GetObjectTagging":        (*Server).getTags,
	"PutObjectTagging":        (*Server).putTags,
	"DeleteObjectTagging":     (*Server).putTags,
	"GetObjectRetention":      (*Server).getLock,
	"GetObjectLegalHold":      (*Server).getLock,
	"PutObjectRetention":      (*Server).putLock,
	"PutObjectLegalHold":      (*Server).putLock,
}
