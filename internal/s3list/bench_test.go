package s3list_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/s3list"
)

// page1000 is a full page as MinIO writes it, with keys of 60 bytes.
func page1000() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
		`<Name>cargo</Name><Prefix></Prefix><NextContinuationToken>abc</NextContinuationToken><KeyCount>1000</KeyCount>` +
		`<MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>`)
	for i := range 1000 {
		fmt.Fprintf(&b, "<Contents><Key>warehouse/table/data/year%%3D2026/part-%05d-0123456789ab.parquet</Key>"+
			"<LastModified>2026-11-21T05:02:50.949Z</LastModified><ETag>&#34;9dd4e461268c8034f5c8564e155c67a6&#34;</ETag>"+
			"<Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>", i)
	}
	b.WriteString(`<EncodingType>url</EncodingType></ListBucketResult>`)

	return b.Bytes()
}

// BenchmarkPage reads a page of a thousand keys.
func BenchmarkPage(b *testing.B) {
	data := page1000()
	perSecond := func(b *testing.B) { b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "keys/s") }
	b.Run("own", func(b *testing.B) {
		var page s3list.Page
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if err := page.Read(bytes.NewReader(data), 0); err != nil || len(page.Entries) != 1000 {
				b.Fatal(err)
			}
		}
		perSecond(b)
	})
	b.Run("minio-go", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var page minio.ListBucketV2Result
			if err := xml.NewDecoder(bytes.NewReader(data)).Decode(&page); err != nil || len(page.Contents) != 1000 {
				b.Fatal(err)
			}
		}
		perSecond(b)
	})
}

// A scanner that falls to the speed of encoding/xml, or copies each key, is not this
// one.
func TestFewAllocations(t *testing.T) {
	data := page1000()
	var page s3list.Page
	allocs := testing.AllocsPerRun(10, func() {
		if err := page.Parse(data, 0); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 10 {
		t.Errorf("%v allocations for a page of 1000 keys", allocs)
	}
}
