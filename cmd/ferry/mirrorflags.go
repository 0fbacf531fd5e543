package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
)

// mcFlags are flags of mc mirror that have another name here, or nothing to change. A line that
// somebody has is understood with them; help does not list them.
type mcFlags struct {
	fake, preserve, overwrite, watch bool
	limitUpload, limitDownload       config.Bandwidth
}

func (f *mcFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.fake, "fake", false, "as --dry-run")
	flags.BoolVarP(&f.preserve, "preserve", "a", false, "changes nothing")
	flags.BoolVar(&f.overwrite, "overwrite", false, "changes nothing")
	flags.BoolVarP(&f.watch, "watch", "w", false, "refused")
	flags.TextVar(&f.limitUpload, "limit-upload", config.Bandwidth(0), "as --bandwidth")
	flags.TextVar(&f.limitDownload, "limit-download", config.Bandwidth(0), "as --bandwidth")
	var errs []error
	for _, name := range []string{"fake", "preserve", "overwrite", "watch", "limit-upload", "limit-download"} {
		errs = append(errs, flags.MarkHidden(name))
	}
	if err := errors.Join(errs...); err != nil {
		panic(err) // there is no such flag
	}
}

// check refuses what cannot be kept, and says what changes nothing.
func (f *mcFlags) check(words io.Writer) error {
	if f.watch {
		return cli.Usage.Errorf("--watch is not offered: an event that gets lost is a copy that nobody misses").
			WithHint("run ferry mirror as often as you need, since what is equal costs listings alone; in a cluster spec.mirrors[].rpo does it on a schedule")
	}
	if f.preserve {
		fmt.Fprintln(words, "ferry: --preserve changes nothing: a copy always has the headers, user metadata and tags of its original")
	}
	if f.overwrite {
		fmt.Fprintln(words, "ferry: --overwrite changes nothing: what differs is always copied")
	}
	return nil
}

// bandwidth returns the lowest of several limits, of which 0 is none: each byte that is read is written.
func bandwidth(limits ...config.Bandwidth) int64 {
	lowest := config.Bandwidth(0)
	for _, limit := range limits {
		if limit > 0 && (lowest == 0 || limit < lowest) {
			lowest = limit
		}
	}
	return int64(lowest)
}

// sayHowFar warns of globs that mc reads otherwise: there, * covers slashes.
func sayHowFar(words io.Writer, flag string, globs []string) {
	for _, glob := range globs {
		if strings.Contains(glob, "*") && !strings.Contains(glob, "/") && !strings.Contains(glob, "**") {
			fmt.Fprintf(words, "ferry: --%s %q covers keys without a slash only; **/%s covers them in every folder\n", flag, glob, glob)
		}
	}
}

// percent is the value of --max-delete.
type percent int

// String writes the percentage.
func (p *percent) String() string { return strconv.Itoa(int(*p)) + "%" }

// Type names the kind of value in help.
func (p *percent) Type() string { return "percentage" }

// Set reads a percentage from 1% to 100%.
func (p *percent) Set(text string) error {
	number, isPercentage := strings.CutSuffix(text, "%")
	value, err := strconv.Atoi(number)
	if !isPercentage || err != nil || value < 1 || value > 100 {
		return errors.New("must be a percentage from 1% to 100%, for example 10%")
	}
	*p = percent(value)
	return nil
}
