package quirky

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"sync"
)

// Fault is what goes wrong with a request.
type Fault string

// The faults. Those of answers happen after the request has had its effect.
const (
	None           Fault = ""
	SlowDown       Fault = "503"              // refused for now
	Broken         Fault = "500"              // failed, without an effect
	BrokenAfter    Fault = "500 after effect" // failed, or so it says
	LostAfter      Fault = "504 after effect" // a proxy lost its patience
	Reset          Fault = "reset"            // the connection breaks before anything happens
	ResetAfter     Fault = "reset after"      // the connection breaks in place of an answer
	Stall          Fault = "stall"            // nothing happens for a while, then the connection breaks
	CutRequest     Fault = "cut request"      // half of the body arrives, then the connection breaks
	CutResponse    Fault = "cut response"     // half of the body is sent, then the connection breaks
	DamageRequest  Fault = "damaged request"  // a byte of the body arrives as another
	DamageResponse Fault = "damaged response" // a byte of the body is sent as another
)

// before lets a fault happen that keeps a request from being dealt with.
func (s *Server) before(w http.ResponseWriter, r *request, accident Fault) bool {
	switch accident {
	case SlowDown:
		send(w, r.Request, failure(errSlowDown, r.URL.Path))
	case Broken:
		send(w, r.Request, failure(errInternal, r.URL.Path))
	case Reset:
		reset(w)
	case Stall:
		wait(r.Request, s.config.Stall)
		reset(w)
	default:
		return false
	}

	return true
}

// after sends the answer, as far as the fault lets it.
func (s *Server) after(w http.ResponseWriter, r *request, resp *response, accident Fault) {
	switch accident {
	case BrokenAfter:
		send(w, r.Request, failure(errInternal, r.URL.Path))
	case LostAfter:
		send(w, r.Request, failure(errGateway, r.URL.Path))
	case ResetAfter, CutRequest:
		reset(w)
	case CutResponse:
		all := bytes.Join(resp.body, nil)
		resp.header["Content-Length"] = []string{formatSize(int64(len(all)))}
		resp.body = [][]byte{all[:len(all)/2]}
		send(w, r.Request, resp)
		if r.Method != http.MethodHead {
			flush(w)
			reset(w)
		}
	case DamageResponse:
		if r.Op == "GetObject" && resp.size() > 0 {
			all := bytes.Join(resp.body, nil)
			all[len(all)/2] ^= 0xff
			resp.body = [][]byte{all}
		}
		send(w, r.Request, resp)
	default:
		send(w, r.Request, resp)
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// reset breaks the connection of a request off.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// half is a body of which no more than half arrives.
func half(body io.ReadCloser, size int64) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(body, max(size, 0)/2), body}
}

// Schedule decides by a seed which requests go wrong. The n-th request for one thing
// meets the same fate under one seed, in whatever order requests come.
type Schedule struct {
	seed    uint64
	percent uint64
	kinds   []Fault

	mu   sync.Mutex
	seen map[string]uint64
	lull bool
}

// storm is how many requests a storm of 503 takes, one window of ten.
const storm = 12

// NewSchedule returns a schedule under which so many percent of the requests go wrong,
// in all ways if none is named.
func NewSchedule(seed uint64, percent int, kinds ...Fault) *Schedule {
	if len(kinds) == 0 {
		kinds = []Fault{
			SlowDown, Broken, BrokenAfter, LostAfter, Reset, ResetAfter, Stall, CutRequest, CutResponse,
			DamageRequest, DamageResponse,
		}
	}

	return &Schedule{seed: seed, percent: uint64(max(percent, 0)), kinds: kinds, seen: map[string]uint64{}}
}

// Calm ends all faults.
func (s *Schedule) Calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lull = true
}

// Fault is a function for Config.Fault.
func (s *Schedule) Fault(call Call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lull {
		return None
	}
	what := fmt.Sprintf("%s %s %q %d", call.Op, call.Bucket, call.Key, call.Part)
	s.seen[what]++
	if s.hash(fmt.Sprintf("storm %d", call.N/storm))%100 < s.percent/2 {
		return SlowDown
	}
	chance := s.hash(fmt.Sprintf("%s #%d", what, s.seen[what]))
	if chance%100 >= s.percent {
		return None
	}

	return s.kinds[chance/100%uint64(len(s.kinds))]
}

func (s *Schedule) hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d %s", s.seed, text)
	sum := h.Sum64()
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33

	return sum
}
