package s3list

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Version is a version of an object in a listing, or a delete marker.
type Version struct {
	Entry
	ID     string
	Latest bool
	Marker bool
}

// VersionPage is one page of a listing of versions. NextKey and NextVersion continue it.
type VersionPage struct {
	Versions             []Version
	Truncated            bool
	NextKey, NextVersion string
}

// versionsDocument is a page as it is written. Versions and delete markers keep their order.
type versionsDocument struct {
	XMLName             xml.Name     `xml:"ListVersionsResult"`
	EncodingType        string       `xml:"EncodingType"`
	IsTruncated         *bool        `xml:"IsTruncated"`
	NextKeyMarker       string       `xml:"NextKeyMarker"`
	NextVersionIDMarker string       `xml:"NextVersionIdMarker"`
	Rows                []versionRow `xml:",any"`
}

type versionRow struct {
	XMLName      xml.Name   `xml:""`
	Key          *string    `xml:"Key"`
	VersionID    string     `xml:"VersionId"`
	IsLatest     bool       `xml:"IsLatest"`
	Size         *int64     `xml:"Size"`
	ETag         string     `xml:"ETag"`
	LastModified *time.Time `xml:"LastModified"`
}

// ReadVersions reads a page of ListObjectVersions. It takes the page as a whole or not at
// all. A version without an id is the version "null". Where a truncated page ends within a
// key and does not say at which version, it is the last one. A server that writes the
// markers of a page apart from its versions gets them put into one row.
func ReadVersions(r io.Reader) (VersionPage, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err == nil && len(data) > MaxSize {
		err = fmt.Errorf("it is longer than %d bytes", MaxSize)
	}
	var doc versionsDocument
	if err == nil {
		err = xml.Unmarshal(data, &doc)
	}
	if err == nil && doc.IsTruncated == nil {
		err = errors.New("it does not say whether more follows")
	}
	if err != nil {
		return VersionPage{}, fmt.Errorf("read listing of versions: %w", err)
	}
	page, err := doc.page()
	if err != nil {
		return VersionPage{}, fmt.Errorf("read listing of versions: %w", err)
	}

	return page, nil
}

func (d *versionsDocument) page() (VersionPage, error) {
	page := VersionPage{Truncated: *d.IsTruncated, NextVersion: d.NextVersionIDMarker}
	var keys []string
	for _, row := range d.Rows {
		switch row.XMLName.Local {
		case "Version", "DeleteMarker":
			version, err := row.version()
			if err != nil {
				return page, err
			}
			page.Versions = append(page.Versions, version)
			keys = append(keys, version.Key)
		case "CommonPrefixes":
			return page, errors.New("it hides keys behind common prefixes")
		}
	}
	keys, err := decodeAll(append(keys, d.NextKeyMarker), d.EncodingType)
	if err != nil {
		return page, err
	}
	page.NextKey = keys[len(page.Versions)]
	for i := range page.Versions {
		page.Versions[i].Key = keys[i]
	}
	page.Versions = inOneRow(page.Versions)
	if last := len(page.Versions) - 1; page.Truncated && page.NextVersion == "" && last >= 0 && page.Versions[last].Key == page.NextKey {
		page.NextVersion = page.Versions[last].ID
	}

	return page, nil
}

func (r versionRow) version() (Version, error) {
	v := Version{ID: r.VersionID, Latest: r.IsLatest, Marker: r.XMLName.Local == "DeleteMarker"}
	switch {
	case r.Key == nil || *r.Key == "":
		return v, errors.New("a version has no key")
	case r.Size == nil && !v.Marker:
		return v, fmt.Errorf("a version of %.200q has no size", *r.Key)
	}
	v.Key = *r.Key
	if v.ID == "" {
		v.ID = "null"
	}
	if r.LastModified != nil {
		v.Modified = *r.LastModified
	}
	if !v.Marker {
		v.Size, v.ETag = *r.Size, r.ETag
	}

	return v, nil
}

// decodeAll takes the encoding of a page off its keys.
func decodeAll(keys []string, encoding string) ([]string, error) {
	if encoding != "url" {
		return keys, nil
	}
	var p Page
	ends := make([]int, len(keys))
	for i, key := range keys {
		if err := p.decode([]byte(key)); err != nil {
			return nil, err
		}
		ends[i] = len(p.text)
	}
	if err := p.settle(); err != nil {
		return nil, err
	}
	decoded, from := make([]string, len(keys)), 0
	for i, to := range ends {
		decoded[i], from = string(p.text[from:to]), to
	}

	return decoded, nil
}

// inOneRow merges the markers of a page into its versions, if all of them come before or
// behind all versions.
func inOneRow(versions []Version) []Version {
	changes := 0
	for i := 1; i < len(versions); i++ {
		if versions[i].Marker != versions[i-1].Marker {
			changes++
		}
	}
	if changes != 1 {
		return versions
	}
	cut := slices.IndexFunc(versions, func(v Version) bool { return v.Marker != versions[0].Marker })
	a, b := versions[:cut], versions[cut:]
	merged := make([]Version, 0, len(versions))
	for len(a) > 0 && len(b) > 0 {
		if comesBefore(b[0], a[0]) {
			merged, b = append(merged, b[0]), b[1:]
		} else {
			merged, a = append(merged, a[0]), a[1:]
		}
	}

	return append(append(merged, a...), b...)
}

// ulidLength is how long an id is that rises with time.
const ulidLength = 26

// comesBefore reports whether one version stands before another in a listing: by key, and
// then with the newest first.
func comesBefore(v, w Version) bool {
	switch {
	case v.Key != w.Key:
		return v.Key < w.Key
	case v.Latest != w.Latest:
		return v.Latest
	case len(v.ID) == ulidLength && len(w.ID) == ulidLength:
		return strings.Compare(v.ID, w.ID) > 0
	default:
		return v.Modified.After(w.Modified)
	}
}
