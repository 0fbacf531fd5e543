package quirky

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The credentials that every server accepts.
const (
	AccessKey = "quirky"
	SecretKey = "quirky-secret"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	stampForm = "20060102T150405Z"
	maxSkew   = 15 * time.Minute
)

// authorization is the header of that name.
type authorization struct {
	accessKey, scope, signature string
	signed                      []string // names of the signed headers
}

func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, false
	}
	var auth authorization
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			auth.accessKey, auth.scope, _ = strings.Cut(value, "/")
		case "SignedHeaders":
			auth.signed = strings.Split(value, ";")
		case "Signature":
			auth.signature = value
		}
	}

	return auth, auth.accessKey != "" && auth.signature != "" && slices.Contains(auth.signed, "host")
}

// day is a signing key and the scope that it signs in.
type day struct {
	scope string
	key   []byte
}

// authorize checks the signature of a request.
func (s *Server) authorize(r *http.Request) *apiError {
	auth, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok {
		return errDenied
	}
	if auth.accessKey != AccessKey {
		return errKeyID
	}
	stamp := r.Header.Get("X-Amz-Date")
	at, err := time.Parse(stampForm, stamp)
	if err != nil || !strings.HasPrefix(auth.scope, stamp[:8]) {
		return errDenied
	}
	if d := time.Since(at); d > maxSkew || d < -maxSkew {
		return errSkew
	}
	canonical := sha256.Sum256(canonicalRequest(r, auth.signed))
	text := algorithm + "\n" + stamp + "\n" + auth.scope + "\n" + hex.EncodeToString(canonical[:])
	want := hex.EncodeToString(sign(s.signingKey(auth.scope), text))
	if !hmac.Equal([]byte(want), []byte(auth.signature)) {
		return errSignature
	}

	return nil
}

func (s *Server) signingKey(scope string) []byte {
	if today := s.today.Load(); today != nil && today.scope == scope {
		return today.key
	}
	key := []byte("AWS4" + SecretKey)
	for text := range strings.SplitSeq(scope, "/") {
		key = sign(key, text)
	}
	s.today.Store(&day{scope: scope, key: key})

	return key
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))

	return mac.Sum(nil)
}

// canonicalRequest is what the client should have signed.
func canonicalRequest(r *http.Request, signed []string) []byte {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	var b bytes.Buffer
	b.WriteString(r.Method + "\n" + path + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":")
		switch name {
		case "host":
			b.WriteString(r.Host)
		case "content-length":
			b.WriteString(strconv.FormatInt(r.ContentLength, 10))
		default:
			for i, value := range r.Header.Values(name) {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(strings.Join(strings.Fields(value), " "))
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + r.Header.Get("X-Amz-Content-Sha256"))

	return b.Bytes()
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, canonicalText(name)+"\x00"+canonicalText(value))
	}
	slices.Sort(pairs)

	return strings.ReplaceAll(strings.Join(pairs, "&"), "\x00", "=")
}

// canonicalText spells a part of a query as signatures want it.
func canonicalText(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}

	return strings.ReplaceAll(url.QueryEscape(decoded), "+", "%20")
}
