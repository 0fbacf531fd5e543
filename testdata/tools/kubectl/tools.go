//go:build tools

// Package tools pins the program that tests run; see testdata/tools/README.md.
package tools

import _ "k8s.io/kubernetes/cmd/kubectl"
