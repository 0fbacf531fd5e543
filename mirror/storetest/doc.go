// Package storetest is what every implementation of mirror.Store has to pass.
package storetest
