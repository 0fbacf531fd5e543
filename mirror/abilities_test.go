package mirror_test

import (
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// What a destination can do is tried out in Ferry's own place, where nothing of it stays;
// the source is only read.
func TestAbilities(t *testing.T) {
	for name, test := range map[string]struct {
		dst  memory.Quirks
		want string
	}{
		"all":         {memory.Quirks{}, "any-metadata, conditions, digests, no object-lock, part-reads, tags, times, no versions"},
		"no filing":   {memory.Quirks{NoFiling: true}, "any-metadata, conditions, digests, no object-lock, part-reads, tags, no times, no versions"},
		"own times":   {memory.Quirks{OwnTimes: true}, "any-metadata, conditions, digests, no object-lock, part-reads, tags, no times, no versions"},
		"no tags":     {memory.Quirks{NoTags: true}, "any-metadata, conditions, digests, no object-lock, part-reads, no tags, times, no versions"},
		"no parts":    {memory.Quirks{NoParts: true}, "any-metadata, conditions, digests, no object-lock, no part-reads, tags, times, no versions"},
		"no metadata": {memory.Quirks{Drops: []string{"x-amz-meta-place"}}, "no any-metadata, conditions, digests, no object-lock, part-reads, tags, times, no versions"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, test.dst, func(w world) {
				w.make(w.dst)
				w.put(w.src, map[string]string{"k": "content"})
				src := faulty.New(w.src, faulty.Faults{})
				opts := options()
				opts.State = mirror.StateIn(w.dst, "ferry-state", "")
				var told *mirror.StoreAbilities
				opts.Progress = func(e mirror.Event) {
					if e.Kind == mirror.EventAbilities {
						told = e.Abilities
					}
				}
				rep := w.run(src, w.dst, opts, mirror.OutcomeDone)
				w.equal("destination", rep.Abilities.Destination.String(), test.want)
				w.equal("source", rep.Abilities.Source.String(), "no object-lock, no versions")
				w.equal("told", told, rep.Abilities)
				w.equal("writes to the source", src.Calls("Put")+src.Calls("Upload"), 0)
				for key := range w.content(w.dst, "ferry-state") {
					if len(key) > 7 && key[:7] == "probes/" {
						w.Errorf("%s stays", key)
					}
				}
				w.equal("uploads left", w.dst.Pending(), 0)

				opts.DryRun = true
				dst := faulty.New(w.dst, faulty.Faults{})
				w.equal("dry run", w.run(w.src, dst, opts, mirror.OutcomeDone).Abilities.Destination.String(), "no object-lock, no versions")
				w.equal("writes of a dry run", dst.Calls("Put")+dst.Calls("Upload"), 0)
			})
		})
	}
}
