package mirror_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

var rich = mirror.Attributes{
	Headers: map[string]string{
		"cache-control": "no-store", "content-disposition": "inline", "content-encoding": "gzip",
		"content-language": "pl", "content-type": "text/csv", "expires": "0",
	},
	Metadata: map[string]string{"city": "Łódź", "encoded": "=?UTF-8?Q?=C5=81?="},
	Tags:     map[string]string{"team": "data"},
}

// Headers, user metadata and tags are copied, in one piece and in parts, as the
// bytes they are.
func TestAttributesAreCopied(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.write(w.src, "k", "content", rich)
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("attributes", w.stat(w.dst, "k").Attributes, rich)
		w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
	})
}

// What the destination does not keep is reported by the copy and by each verify;
// the object is copied all the same.
func TestAttributesNotKept(t *testing.T) {
	for name, test := range map[string]struct {
		dst  memory.Quirks
		want string
	}{
		"header":   {dst: memory.Quirks{Drops: []string{"expires"}}, want: "expires"},
		"metadata": {dst: memory.Quirks{Drops: []string{"x-amz-meta-city"}}, want: "x-amz-meta-city"},
		"tags":     {dst: memory.Quirks{NoTags: true}, want: "tags"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, test.dst, func(w world) {
				w.write(w.src, "k", "content", rich)
				w.says(first(w.run(w.src, w.dst, options(), mirror.OutcomePartial)), "does not keep "+test.want)
				w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "content"})
				w.equal("verify", first(w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences)), "metadata: "+test.want)

				// as the limits in doc.go say
				w.run(w.src, w.dst, options(), mirror.OutcomeDone)
				opts := options()
				opts.Metadata = true
				w.says(first(w.run(w.src, w.dst, opts, mirror.OutcomePartial)), "does not keep "+test.want)
			})
		})
	}
}

// Attributes that change at the source without its content are copied again: when
// the object was written again, or when the run looks at all of them.
func TestAttributesChange(t *testing.T) {
	changed := mirror.Attributes{Headers: map[string]string{"content-type": "text/html"}, Tags: map[string]string{"team": "web"}}
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.write(w.src, "k", "content", rich)
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.write(w.src, "k", "content", changed)
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(1))
		w.equal("attributes", w.stat(w.dst, "k").Headers, changed.Headers)

		w.write(w.dst, "k", "content", rich) // newer than the source: only a look at it tells
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("attributes", w.stat(w.dst, "k").Headers, rich.Headers)
		opts := options()
		opts.Metadata = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("attributes", w.stat(w.dst, "k").Headers, changed.Headers)
		rep = w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("equal", rep.Totals.Equal, int64(1))

		time.Sleep(time.Second)
		w.write(w.dst, "k", "content", rich)
		opts.KeepNewer = true
		w.says(first(w.run(w.src, w.dst, opts, mirror.OutcomePartial)), "metadata: left alone")
	})
}

func TestAttributesOf(t *testing.T) {
	got := mirror.AttributesOf(http.Header{
		"Content-Type":         {"text/plain"},
		"Content-Encoding":     {"aws-chunked, gzip,br"},
		"Expires":              {"-1"},
		"Cache-Control":        {"a", "b"},
		"Content-Language":     {""},
		"X-Amz-Meta-City":      {"Łódź"},
		"X-Amz-Meta-":          {"nameless"},
		"X-Amz-Request-Id":     {"1"},
		"Content-Length":       {"7"},
		"X-Amz-Storage-Class":  {"COLD"},
		"X-Amz-Tagging-Count":  {"1"},
		"Last-Modified":        {"now"},
		"X-Minio-Source-Mtime": {"never"},
	})
	want := mirror.Attributes{
		Headers: map[string]string{
			"content-type": "text/plain", "content-encoding": "gzip,br", "expires": "-1", "cache-control": "a,b",
		},
		Metadata: map[string]string{"city": "Łódź"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissingAttributes(t *testing.T) {
	src := mirror.Attributes{
		Headers: map[string]string{"content-type": "a", "expires": "0"}, Metadata: map[string]string{"x": "Ł"},
		Tags: map[string]string{"t": "1"},
	}
	tests := map[string]struct {
		change func(a *mirror.Attributes)
		want   []string
	}{
		"nothing":         {change: func(*mirror.Attributes) {}},
		"RFC 2047":        {change: func(a *mirror.Attributes) { a.Metadata["x"] = "=?UTF-8?Q?=C5=81?=" }},
		"header changed":  {change: func(a *mirror.Attributes) { a.Headers["expires"] = "1" }, want: []string{"expires"}},
		"header gone":     {change: func(a *mirror.Attributes) { delete(a.Headers, "expires") }, want: []string{"expires"}},
		"header more":     {change: func(a *mirror.Attributes) { a.Headers["cache-control"] = "b" }, want: []string{"cache-control"}},
		"metadata more":   {change: func(a *mirror.Attributes) { a.Metadata["y"] = "" }, want: []string{"x-amz-meta-y"}},
		"tags":            {change: func(a *mirror.Attributes) { a.Tags["t"] = "2" }, want: []string{"tags"}},
		"type and others": {change: func(a *mirror.Attributes) { a.Headers["content-type"] = "b"; a.Metadata["x"] = "" }, want: []string{"content-type", "x-amz-meta-x"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dst := mirror.Attributes{Headers: maps.Clone(src.Headers), Metadata: maps.Clone(src.Metadata), Tags: maps.Clone(src.Tags)}
			test.change(&dst)
			if diff := cmp.Diff(test.want, src.Missing(dst), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	untyped := mirror.Attributes{}
	if got := untyped.Missing(mirror.Attributes{Headers: map[string]string{"content-type": "made up"}}); len(got) > 0 {
		t.Errorf("a type that the source does not have is called missing: %v", got)
	}
}
