package mirror

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Ability is something that stores can or cannot do, and that decides how a copy is
// made or what it keeps.
type Ability string

// The abilities that a run asks about at its start.
const (
	AbilityConditions Ability = "conditions"   // refuses a write whose condition does not hold
	AbilityDigests    Ability = "digests"      // refuses a body without the announced digest
	AbilityTags       Ability = "tags"         // keeps tags
	AbilityMetadata   Ability = "any-metadata" // keeps user metadata beyond ASCII
	AbilityTimes      Ability = "times"        // keeps the time of the source
	AbilityParts      Ability = "part-reads"   // gives out an object in the parts in which it was written
	AbilityVersions   Ability = "versions"     // the bucket keeps versions
	AbilityLock       Ability = "object-lock"  // the bucket locks objects
)

// Abilities are the answers. What was not asked, or not answered, is absent.
type Abilities map[Ability]bool

// String lists the abilities by name, those that are lacking with "no" before them.
func (a Abilities) String() string {
	var words []string
	for _, ability := range slices.Sorted(maps.Keys(a)) {
		if a[ability] {
			words = append(words, string(ability))
		} else {
			words = append(words, "no "+string(ability))
		}
	}

	return strings.Join(words, ", ")
}

// StoreAbilities are those of both stores. The source is only read. The destination is
// tried out in Ferry's own place there; without one, or with one that locks its objects,
// it is only read as well.
type StoreAbilities struct {
	Source      Abilities `json:"source"`
	Destination Abilities `json:"destination"`
}

// abilities asks both stores, with the first bucket of the run where one is needed.
func (e *engine) abilities(ctx context.Context, names []string) *StoreAbilities {
	found := &StoreAbilities{Source: Abilities{}, Destination: Abilities{}}
	if len(names) > 0 {
		askBucket(ctx, e.src, names[0], found.Source)
		askBucket(ctx, e.read, names[0], found.Destination)
	}
	place, ok := e.opts.State.(*stateBucket)
	if !ok || e.dst == nil || e.opts.DryRun || place.store.Location() != e.dst.Location() || keepsAll(ctx, place.store, place.bucket) {
		return found
	}
	found.Destination[AbilityConditions] = place.conditional()
	t := trial{stateBucket: place, found: found.Destination}
	t.run(ctx)
	if checks, asked := found.Destination[AbilityDigests]; asked {
		e.digests.tell(checks)
	}

	return found
}

// askBucket reads what a bucket is.
func askBucket(ctx context.Context, store Reader, bucket string, found Abilities) {
	for ability, setting := range map[Ability]string{AbilityVersions: SettingVersioning, AbilityLock: SettingLock} {
		var doc []byte
		err := bounded(ctx, func(ctx context.Context) error {
			var err error
			doc, err = store.Setting(ctx, bucket, setting)

			return err
		})
		switch {
		case err == nil:
			found[ability] = strings.Contains(string(doc), ">Enabled<")
		case errors.Is(err, ErrNoSetting), errors.Is(err, ErrUnsupported):
			found[ability] = false
		}
	}
}

// keepsAll reports whether what is written into a bucket might stay there.
func keepsAll(ctx context.Context, store Reader, bucket string) bool {
	return bounded(ctx, func(ctx context.Context) error {
		_, err := store.Setting(ctx, bucket, SettingLock)

		return err
	}) == nil
}

// trial writes an object of Ferry's own, looks at it and removes it.
type trial struct {
	*stateBucket

	found Abilities
	key   string
}

var trialContent = []byte("ferry")

// run tries everything out. What fails for another reason than that the store cannot
// do it stays open.
func (t *trial) run(ctx context.Context) {
	t.key = t.prefix + "probes/" + rand.Text()
	defer func() { _ = t.store.Remove(context.WithoutCancel(ctx), t.bucket, t.key) }()
	wrong := t.request(Attributes{}, Filing{})
	wrong.MD5[0] ^= 0xff
	switch err := t.put(ctx, wrong); {
	case errors.Is(err, ErrDigest):
		t.found[AbilityDigests] = true
	case err == nil:
		t.found[AbilityDigests] = false
	}
	asked := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	attrs := Attributes{Metadata: map[string]string{"place": "Łódź"}}
	if obj, ok := t.keep(ctx, attrs, Filing{}, nil); ok {
		t.found[AbilityMetadata] = len(attrs.Missing(Attributes{Metadata: obj.Metadata})) == 0
	}
	tagged := Attributes{Tags: map[string]string{"kept": "yes"}}
	if obj, ok := t.keep(ctx, tagged, Filing{}, ErrTagsRefused); ok {
		t.found[AbilityTags] = obj.Tags["kept"] == "yes"
	}
	if obj, ok := t.keep(ctx, Attributes{}, Filing{Modified: asked}, ErrFilingRefused); ok {
		t.found[AbilityTimes] = obj.Modified.Equal(asked)
	}
	t.inParts(ctx)
}

// inParts writes an object in one part and reads that.
func (t *trial) inParts(ctx context.Context) {
	up, err := t.store.Upload(ctx, t.bucket, t.key, UploadRequest{})
	if err != nil {
		return
	}
	if _, err = up.Part(ctx, 1, bytes.NewReader(trialContent), int64(len(trialContent))); err == nil {
		_, err = up.Complete(ctx)
	}
	if err != nil {
		_ = up.Abort(context.WithoutCancel(ctx))

		return
	}
	obj, body, err := t.store.Get(ctx, t.bucket, t.key, Selection{Part: 1})
	if err == nil {
		body.Close()
		t.found[AbilityParts] = obj.Ranged
	}
}

// keep writes an object and describes it. The answer no, if there is one, means that the
// store cannot do it: nothing was kept.
func (t *trial) keep(ctx context.Context, attrs Attributes, filing Filing, no error) (Object, bool) {
	if err := t.put(ctx, t.request(attrs, filing)); err != nil {
		return Object{}, no != nil && errors.Is(err, no)
	}
	obj, err := t.store.Stat(ctx, t.bucket, t.key)

	return obj, err == nil
}

func (t *trial) request(attrs Attributes, filing Filing) PutRequest {
	return PutRequest{Size: int64(len(trialContent)), MD5: md5.Sum(trialContent), Attributes: attrs, Filing: filing}
}

func (t *trial) put(ctx context.Context, req PutRequest) error {
	req.Body = bytes.NewReader(trialContent)

	return bounded(ctx, func(ctx context.Context) error {
		_, err := t.store.Put(ctx, t.bucket, t.key, req)

		return err
	})
}
