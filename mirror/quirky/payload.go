package quirky

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// payload is the body of a request, all of it in memory.
type payload struct {
	content []byte
	cut     bool // the client broke off
}

// maxPayload is how much one request may hold.
const maxPayload = 5 << 30

// receive reads the body of a request as far as it comes.
func receive(r *http.Request) (payload, *apiError) {
	size := r.ContentLength
	var source io.Reader = r.Body
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil {
			return payload{}, errArgument
		}
		size, source = n, &chunked{source: bufio.NewReader(r.Body)}
	}
	if size > maxPayload {
		return payload{}, errArgument
	}
	if size < 0 {
		content, err := io.ReadAll(source)

		return payload{content: content, cut: err != nil}, nil
	}
	content := make([]byte, size)
	n, err := io.ReadFull(source, content)

	return payload{content: content[:n], cut: err != nil}, nil
}

// check compares the body with the digests that the request declares, and returns its
// MD5.
func (p payload) check(h http.Header) (sum [md5.Size]byte, fault *apiError) {
	sum = md5.Sum(p.content)
	if declared := h.Get("Content-MD5"); declared != "" {
		want, err := base64.StdEncoding.DecodeString(declared)
		switch {
		case err != nil || len(want) != md5.Size:
			return sum, errInvalidMD5
		case string(want) != string(sum[:]):
			return sum, errDigest
		}
	}
	if want, err := hex.DecodeString(h.Get("X-Amz-Content-Sha256")); err == nil && len(want) == sha256.Size {
		if got := sha256.Sum256(p.content); string(got[:]) != string(want) {
			return sum, errPayload
		}
	}

	return sum, nil
}

// decode reads an XML document.
func (p payload) decode(doc any) *apiError {
	if err := xml.Unmarshal(p.content, doc); err != nil {
		return errXML
	}

	return nil
}

// chunked reads the content out of the encoding aws-chunked. The signatures of chunks
// and the trailers are not looked at.
type chunked struct {
	source *bufio.Reader
	left   int64
	ended  bool
}

var errChunk = errors.New("cannot read aws-chunked body")

// Read implements io.Reader.
func (c *chunked) Read(p []byte) (int, error) {
	for c.left == 0 {
		if c.ended {
			return 0, io.EOF
		}
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n, err := c.source.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if c.left == 0 && err == nil {
		_, err = c.source.Discard(len("\r\n"))
	}

	return n, err
}

func (c *chunked) next() error {
	line, err := c.source.ReadString('\n')
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return errChunk
	}
	if c.left == 0 {
		c.ended = true
		_, err = io.Copy(io.Discard, c.source)
	}

	return err
}
