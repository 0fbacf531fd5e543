package release

import (
	"regexp"
	"strconv"
	"strings"
)

// address is one mention of a Service in a text.
type address struct {
	start, end int    // of the Service's name in the text
	portAt     int    // where the digits of the port begin, 0 if there is no port
	port       int32  // 0 if there is no port
	scheme     string // "", http, https, …
}

var (
	afterName = regexp.MustCompile(`^(\.[a-z0-9-]+(\.svc(\.[a-z0-9-]+)*)?)?\.?(:([0-9]{1,5}))?`)
	hostLike  = regexp.MustCompile(`(?i)(host|hostname|endpoint|server|url|uri|addr|address|service)$`)
)

// addresses finds where text names a Service as a host: in a URL, with a port, by its DNS name, or
// as the whole text under a key that says that it is a host. A word that merely looks the same (a
// user called minio, a bucket, the host minio.example.com) is none.
func addresses(text, key, service string) []address {
	var found []address
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

func addressAt(text, key string, start, end int) (address, bool) {
	if start > 0 && isHostByte(text[start-1]) {
		return address{}, false
	}
	match := afterName.FindStringSubmatchIndex(text[end:])
	after := end + match[1]
	if after < len(text) && isHostByte(text[after]) && text[after] != '.' {
		return address{}, false
	}
	a := address{start: start, end: end, scheme: schemeBefore(text[:start])}
	if match[8] >= 0 {
		a.portAt = end + match[10]
		port, err := strconv.ParseInt(text[a.portAt:end+match[11]], 10, 32)
		if err != nil || port > 65535 {
			return address{}, false
		}
		a.port = int32(port)
	}
	domain := match[2] >= 0
	clusterDomain := match[4] >= 0
	switch {
	case clusterDomain:
	case domain && strings.Contains(text[end:after], ".com"):
		return address{}, false
	case a.scheme != "" || a.port != 0:
	case start == 0 && after == len(text) && !domain && hostLike.MatchString(key):
	default:
		return address{}, false
	}
	return a, true
}

// schemeBefore returns the scheme of a URL whose host begins where text ends; user information may
// stand between them.
func schemeBefore(text string) string {
	at := strings.LastIndex(text, "://")
	if at < 0 {
		return ""
	}
	if between := text[at+3:]; between != "" && (!strings.HasSuffix(between, "@") || strings.ContainsAny(between, "/ \t\n\"'")) {
		return ""
	}
	start := at
	for start > 0 && (isLetter(text[start-1]) || text[start-1] == '+' || isDigit(text[start-1])) {
		start--
	}
	return text[start:at]
}

func isHostByte(b byte) bool { return isLetter(b) || isDigit(b) || b == '-' || b == '.' || b == '_' }
func isLetter(b byte) bool   { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool    { return b >= '0' && b <= '9' }
