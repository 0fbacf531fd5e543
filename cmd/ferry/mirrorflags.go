package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
)

// mcFlags are flags of mc mirror that have another name here, nothing to change, or no place. A line
// that somebody has is understood with them, or refused with what to do instead; help does not list them.
type mcFlags struct {
	fake                       bool
	limitUpload, limitDownload config.Bandwidth
	maxWorkers                 int
}

// foreign is a flag of mc mirror without a meaning of its own here.
type foreign struct {
	name, short string
	valued      bool   // it takes a value
	idle        string // why it changes nothing; "" for one that is refused
	refused     string // why it is not offered
	hint        string // what to do instead
}

// foreigners returns all such flags.
func foreigners() []foreign {
	return []foreign{
		{name: "preserve", short: "a", idle: "a copy always has the headers, user metadata and tags of its original"},
		{name: "overwrite", idle: "what differs is always copied"},
		{name: "md5", idle: "every copy is proven"},
		{name: "skip-errors", idle: "what fails is named, and the rest goes on"},
		{name: "retry", idle: "what fails is tried again"},
		{name: "summary", idle: "the report is always there"},
		{
			name: "watch", short: "w", refused: "an event that gets lost is a copy that nobody misses",
			hint: "run ferry mirror as often as you need, since what is equal costs listings alone; in a cluster spec.mirrors[].rpo does it on a schedule",
		},
		{
			name: "active-active", refused: "of two stores that both change, either may be right",
			hint: "let one store be written to, and mirror it to the other one",
		},
		{
			name: "multi-master", refused: "of two stores that both change, either may be right",
			hint: "let one store be written to, and mirror it to the other one",
		},
		{name: "attr", valued: true, refused: "a copy has the attributes of its original", hint: "give the original the attributes that it is to have"},
		{name: "disable-multipart", refused: "a copy has the parts of its original, so that the ETags stay equal", hint: "leave the flag away"},
		{name: "exclude-bucket", valued: true, refused: "a bucket that is made later would be copied unasked", hint: "--buckets with those that you want"},
		{name: "exclude-storageclass", valued: true, refused: "what is left out would be missing", hint: "--exclude with globs over the keys"},
		{
			name: "monitoring-address", valued: true, refused: "a run ends before anybody has asked it twice",
			hint: "--metrics FILE in the folder of the node exporter's textfile collector",
		},
		{name: "json", refused: "the report has its forms by another flag", hint: "-o json, or --report FILE"},
	}
}

func (f *mcFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.fake, "fake", false, "as --dry-run")
	flags.TextVar(&f.limitUpload, "limit-upload", config.Bandwidth(0), "as --bandwidth")
	flags.TextVar(&f.limitDownload, "limit-download", config.Bandwidth(0), "as --bandwidth")
	flags.IntVar(&f.maxWorkers, "max-workers", 0, "as --workers")
	names := []string{"fake", "limit-upload", "limit-download", "max-workers"}
	for _, other := range foreigners() {
		if other.valued {
			flags.StringArrayP(other.name, other.short, nil, "refused")
		} else {
			flags.BoolP(other.name, other.short, false, "of mc")
		}
		names = append(names, other.name)
	}
	for _, name := range names {
		if err := flags.MarkHidden(name); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// check refuses what cannot be kept, and says what changes nothing.
func (f *mcFlags) check(words io.Writer, given func(name string) bool) error {
	for _, flag := range foreigners() {
		switch {
		case !given(flag.name):
		case flag.idle != "":
			fmt.Fprintf(words, "ferry: --%s changes nothing: %s\n", flag.name, flag.idle)
		default:
			return cli.Usage.Errorf("--%s is not offered: %s", flag.name, flag.refused).WithHint("%s", flag.hint)
		}
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
