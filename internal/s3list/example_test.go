package s3list_test

import (
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/s3list"
)

func ExamplePage_Read() {
	body := strings.NewReader(`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <IsTruncated>true</IsTruncated>
  <NextContinuationToken>cGxlYXNl</NextContinuationToken>
  <EncodingType>url</EncodingType>
  <Contents><Key>bill+of+lading.pdf</Key><Size>4096</Size></Contents>
  <Contents><Key>crane%2Bhook</Key><Size>7</Size></Contents>
</ListBucketResult>`)
	var page s3list.Page
	if err := page.Read(body, 0); err != nil {
		fmt.Println(err)

		return
	}
	for _, entry := range page.Entries {
		fmt.Printf("%q %d\n", entry.Key, entry.Size)
	}
	fmt.Println(page.Truncated, page.Next)
	// Output:
	// "bill of lading.pdf" 4096
	// "crane+hook" 7
	// true cGxlYXNl
}

func ExampleError() {
	var page s3list.Page
	err := page.Read(strings.NewReader("<Error><Code>SlowDown</Code><Message>Please reduce your rate.</Message></Error>"), 0)
	fmt.Println(err)
	// Output:
	// SlowDown: Please reduce your rate.
}
