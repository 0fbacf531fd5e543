// Package config holds the one configuration type of Ferry, the document that is a file
// (ferry.yaml), a KRM functionConfig and the content of a ConfigMap alike.
//
// [Load] decodes a document over the defaults and validates it. It works on YAML nodes, so that
// every error names file, line, column and field path, and it reports all errors at once as
// [Errors]. Unknown fields are errors: a misspelt guard setting must not switch the guard off.
//
// Strings with units are parsed here, once: the rest of Ferry sees [Duration] and [Bandwidth].
// What depends on a release (which provider is active, which claims exist) is not decided here.
//
// The JSON Schema in schema.json is generated from the types of this package and their comments.
package config
