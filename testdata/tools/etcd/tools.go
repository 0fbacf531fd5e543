//go:build tools

// Package tools pins the program that tests run; see testdata/tools/README.md.
package tools

import (
	_ "go.etcd.io/etcd/server/v3"
)
