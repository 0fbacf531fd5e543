// Package s3list reads the pages of S3 listings, ListObjectsV2, at the speed of
// memory.
//
//	var page s3list.Page
//	err := page.Read(response.Body, 0)
//	for _, entry := range page.Entries { … }
//
// A page is read as a whole or not at all: one that is cut, is no listing, hides
// keys behind common prefixes, announces more keys than it has, or does not say
// whether more pages follow is an error, and leaves no entries. An error document is
// an [Error], whatever the status that it came with.
//
// # What is XML here
//
// Everything that a listing needs: declarations, namespaces and prefixes, attributes,
// comments, CDATA, references, elements in any order. What is accepted, encoding/xml
// accepts as well and reads in the same way, which a fuzz test watches. There is one
// exception: &#1; and other references to characters outside of XML are what they
// say, since MinIO writes keys with control characters in this way.
//
// Refused is what encoding/xml lets pass and a listing does not have: text and
// elements in the wrong place, a field that occurs twice, an object without a key
// or size, sizes and truths in odd spellings, a document type, names of elements
// beyond ASCII, nesting deeper than 32, and anything behind the end.
//
// # Keys
//
// Keys are bytes. Where the server says that it has encoded them, they are decoded;
// what a plus means then is a matter of its own, see [Escapes].
package s3list
