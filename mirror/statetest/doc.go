// Package statetest is what every implementation of state.Place has to pass.
package statetest
