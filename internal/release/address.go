package release

import (
	"regexp"
	"strconv"
	"strings"
)

// Address is one mention of a Service in a text, with the offsets of its parts: it goes from Begin
// to End, the Service's name from Name to NameEnd.
type Address struct {
	Begin, Name, NameEnd, End int
	// Scheme of the URL, "" if it is none. It stands at Begin.
	Scheme string
	// Namespace that the name is qualified with, "" if it is not.
	Namespace string
	// Port is 0 if none is given; its digits end at End.
	Port int32
}

var (
	afterName = regexp.MustCompile(`^(\.[a-z0-9-]+(\.svc(\.[a-z0-9-]+)*)?)?\.?(:([0-9]{1,5}))?`)
	hostLike  = regexp.MustCompile(`(?i)(host|hostname|endpoint|server|url|uri|addr|address|service)$`)
)

// addresses finds where text names a Service as a host: in a URL, with a port, by its DNS name, or
// as the whole text under a key that says that it is a host. A word that merely looks the same (a
// user called minio, a bucket, the host minio.example.com) is none.
func addresses(text, key, service string) []Address {
	var found []Address
	if service == "" {
		return nil
	}
	for from := 0; ; {
		at := strings.Index(text[from:], service)
		if at < 0 {
			return found
		}
		start := from + at
		end := start + len(service)
		from = end
		if a, ok := addressAt(text, key, start, end); ok {
			found = append(found, a)
		}
	}
}

func addressAt(text, key string, start, end int) (Address, bool) {
	if start > 0 && (isHostByte(text[start-1]) || inPath(text[:start])) {
		return Address{}, false
	}
	match := afterName.FindStringSubmatchIndex(text[end:])
	after := end + match[1]
	if goesOn(text[after:]) {
		return Address{}, false
	}
	a := Address{Begin: start, Name: start, NameEnd: end, End: after}
	a.Begin, a.Scheme = schemeBefore(text[:start])
	if match[8] >= 0 {
		port, err := strconv.ParseInt(text[end+match[10]:after], 10, 32)
		if err != nil || port > 65535 {
			return Address{}, false
		}
		a.Port = int32(port)
	}
	domain := match[2] >= 0
	if domain {
		a.Namespace, _, _ = strings.Cut(text[end+match[2]+1:end+match[3]], ".")
	}
	clusterDomain := match[4] >= 0
	switch {
	case clusterDomain || a.Port != 0:
	case a.Scheme != "" && !namesBuckets(a.Scheme):
	case start == 0 && after == len(text) && !domain && hostLike.MatchString(key):
	default:
		return Address{}, false
	}
	return a, true
}

// inPath tells whether what follows text is a segment of a path rather than the host of a URL.
func inPath(text string) bool { return strings.HasSuffix(text, "/") && !strings.HasSuffix(text, "//") }

// goesOn tells whether a host name goes on in text; the full stop of a sentence ends it.
func goesOn(text string) bool {
	text = strings.TrimPrefix(text, ".")
	return text != "" && isHostByte(text[0])
}

// namesBuckets tells whether a bucket stands where other URLs have a host: s3://bucket/key.
func namesBuckets(scheme string) bool { return scheme == "s3" || scheme == "s3a" || scheme == "s3n" }

// schemeBefore returns the scheme of a URL whose host begins where text ends, and where the URL
// begins; user information may stand between them.
func schemeBefore(text string) (int, string) {
	at := strings.LastIndex(text, "://")
	if at < 0 {
		return len(text), ""
	}
	if between := text[at+3:]; between != "" && (!strings.HasSuffix(between, "@") || strings.ContainsAny(between, "/ \t\n\"'")) {
		return len(text), ""
	}
	start := at
	for start > 0 && (isLetter(text[start-1]) || text[start-1] == '+' || isDigit(text[start-1])) {
		start--
	}
	if start == at {
		return len(text), ""
	}
	return start, text[start:at]
}

func isHostByte(b byte) bool { return isLetter(b) || isDigit(b) || b == '-' || b == '.' || b == '_' }
func isLetter(b byte) bool   { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool    { return b >= '0' && b <= '9' }
