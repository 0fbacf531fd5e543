package s3http

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
)

// partList is a page of the parts of an upload.
type partList struct {
	XMLName     xml.Name `xml:"ListPartsResult"`
	IsTruncated bool
	Next        int `xml:"NextPartNumberMarker"`
	Parts       []struct {
		PartNumber int
		Size       int64
		ETag       string
	} `xml:"Part"`
}

// Resume implements mirror.Store. Part numbers have to rise from page to page: a server that
// gives a page twice would otherwise be asked for ever.
func (s *Store) Resume(
	ctx context.Context, bucket, key, id string, filing mirror.Filing,
) (mirror.Upload, []mirror.Part, error) {
	u := &upload{Store: s, bucket: bucket, key: key, id: id, filing: filing, parts: map[int]string{}}
	var parts []mirror.Part
	for last := 0; ; {
		c := &call{op: "resume upload of", method: http.MethodGet, bucket: bucket, key: key, query: u.partsQuery(last)}
		var list partList
		if err := s.document(ctx, c, &list); err != nil {
			if refusal := (*callError)(nil); errors.As(err, &refusal) && refusal.code == "NoSuchUpload" {
				refusal.kinds = []error{mirror.ErrNoObject}
			}

			return nil, nil, err
		}
		before := last
		for _, part := range list.Parts {
			if part.PartNumber <= last || part.Size < 0 {
				return nil, nil, c.failed(ctx, fmt.Errorf("list of parts has part %d of %d bytes behind part %d", part.PartNumber, part.Size, last))
			}
			last = part.PartNumber
			u.parts[last] = part.ETag
			parts = append(parts, mirror.Part{Number: last, Size: part.Size, ETag: parseETag(part.ETag)})
		}
		if !list.IsTruncated {
			return u, parts, nil
		}
		if last == before || list.Next != last {
			return nil, nil, c.failed(ctx, errors.New("list of parts does not go on"))
		}
	}
}

// partsQuery asks for the parts behind one.
func (u *upload) partsQuery(last int) string {
	query := []byte("max-parts=1000")
	if last > 0 {
		query = append(query, "&part-number-marker="+strconv.Itoa(last)...)
	}

	return string(sigv4.AppendQuery(query, "uploadId", u.id))
}
