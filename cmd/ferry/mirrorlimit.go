package main

import (
	"errors"
	"strconv"
	"strings"
)

// defaultPercent is how much of a bucket a run may take away unless it is told otherwise.
const defaultPercent = 10

// deletions is the value of --max-delete: a part of a bucket, a number of objects, or, given twice,
// both.
type deletions struct {
	percent int
	objects int64
}

// String writes what was given.
func (d *deletions) String() string {
	switch {
	case d.percent == 0 && d.objects == 0:
		return strconv.Itoa(defaultPercent) + "%"
	case d.objects == 0:
		return strconv.Itoa(d.percent) + "%"
	default:
		return strconv.FormatInt(d.objects, 10)
	}
}

// Type names the kind of value in help.
func (d *deletions) Type() string { return "limit" }

// Set reads a percentage from 1% to 100%, or a number of objects.
func (d *deletions) Set(text string) error {
	number, isPercentage := strings.CutSuffix(text, "%")
	value, err := strconv.ParseInt(number, 10, 64)
	switch {
	case err != nil || value < 1 || isPercentage && value > 100:
		return errors.New("must be a part of each bucket, from 1% to 100%, or a number of objects in each, for example 10% or 500")
	case isPercentage:
		d.percent = int(value)
	default:
		d.objects = value
	}
	return nil
}

// ofBucket is the part of a bucket that the limit allows: all of it where a number of objects is the
// only limit that was given.
func (d *deletions) ofBucket() int {
	switch {
	case d.percent > 0:
		return d.percent
	case d.objects > 0:
		return 100
	default:
		return defaultPercent
	}
}
