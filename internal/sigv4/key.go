package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
	"time"
)

const (
	dateForm  = "20060102"
	stampForm = "20060102T150405Z"
)

// day is what stays the same for all requests of one day, under one pair of keys.
type day struct {
	date              string
	accessKey, secret string
	scope             string // what the signature is valid for
	credential        string // how the header begins
	key               []byte
	pool              sync.Pool // of *scratch
}

// day returns the day of a request, which is nearly always that of the one before.
func (s *Signer) day(creds Credentials, now time.Time) *day {
	var digits [len(dateForm)]byte
	date := now.AppendFormat(digits[:0], dateForm)
	today := s.current.Load()
	if today != nil && today.date == string(date) && today.accessKey == creds.AccessKey && today.secret == creds.SecretKey {
		return today
	}
	scope := string(date) + "/" + s.region + "/" + s.service + "/aws4_request"
	today = &day{
		date: string(date), accessKey: creds.AccessKey, secret: creds.SecretKey, scope: scope,
		credential: algorithm + " Credential=" + creds.AccessKey + "/" + scope + ", SignedHeaders=",
		key:        signingKey(creds.SecretKey, string(date), s.region, s.service),
	}
	s.current.Store(today)

	return today
}

// signingKey derives the key of a day.
func signingKey(secret, date, region, service string) []byte {
	key := []byte("AWS4" + secret)
	for _, text := range []string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		key = mac.Sum(nil)
	}

	return key
}

// scratch is the memory that one signature needs, used again by the next.
type scratch struct {
	mac     hash.Hash // keyed with the key of the day
	sum     [sha256.Size]byte
	buf     []byte
	headers []header
	lower   []byte // the names of the headers, one after the other
	pairs   []pair
	second  int64
	stamp   string // the time of second
}

func (d *day) scratch(now time.Time) *scratch {
	w, ok := d.pool.Get().(*scratch)
	if !ok {
		w = &scratch{mac: hmac.New(sha256.New, d.key)}
	}
	if second := now.Unix(); w.stamp == "" || w.second != second {
		w.second, w.stamp = second, now.Format(stampForm)
	}

	return w
}

// done gives the memory back, which holds on to nothing of the request.
func (d *day) done(w *scratch) {
	clear(w.headers)
	clear(w.pairs)
	w.headers, w.pairs, w.lower = w.headers[:0], w.pairs[:0], w.lower[:0]
	d.pool.Put(w)
}
