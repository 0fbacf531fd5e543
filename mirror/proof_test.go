package mirror_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

type reading = func(faulty.Call, mirror.Object, io.ReadCloser) (mirror.Object, io.ReadCloser)

// spoil damages what a source reads, the first n times.
func spoil(n int, damage func(body io.ReadCloser) io.ReadCloser) reading {
	return func(_ faulty.Call, obj mirror.Object, body io.ReadCloser) (mirror.Object, io.ReadCloser) {
		if n == 0 {
			return obj, body
		}
		n--

		return obj, damage(body)
	}
}

var damages = map[string]func(io.ReadCloser) io.ReadCloser{
	"cut":     func(body io.ReadCloser) io.ReadCloser { return faulty.Cut(body, 3) },
	"broken":  func(body io.ReadCloser) io.ReadCloser { return faulty.Break(body, 3, errors.New("connection lost")) },
	"longer":  func(body io.ReadCloser) io.ReadCloser { return faulty.Pad(body, "tail") },
	"damaged": faulty.Damage,
}

// What is cut, broken, lengthened or damaged on the way from the source is never
// committed; once the way is clear, it is copied.
func TestDamagedOnTheWay(t *testing.T) {
	for name, damage := range damages {
		for shape, write := range map[string]func(w world){
			"one piece": func(w world) { w.put(w.src, map[string]string{"k": "new content"}) },
			"large":     func(w world) { w.put(w.src, map[string]string{"k": strings.Repeat("new content", 100_000)}) },
			"in parts":  func(w world) { w.parts(w.src, "k", "new ", "content") },
		} {
			t.Run(name+" "+shape, func(t *testing.T) {
				inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
					write(w)
					w.make(w.dst)
					w.put(w.dst, map[string]string{"k": "old"})
					src := faulty.New(w.src, faulty.Faults{Object: varying(damage)})
					w.run(src, w.dst, options(), mirror.OutcomePartial)
					w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "old"})
					w.equal("uploads left", w.dst.Pending(), 0)

					src = faulty.New(w.src, faulty.Faults{Object: spoil(1, damage)})
					rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
					w.equal("retries", rep.Totals.Retries, int64(1))
					w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
				})
			})
		}
	}
}

// varying damages every body, each in a way of its own.
func varying(damage func(io.ReadCloser) io.ReadCloser) reading {
	n := 0

	return func(_ faulty.Call, obj mirror.Object, body io.ReadCloser) (mirror.Object, io.ReadCloser) {
		n++
		body = damage(body)
		first := make([]byte, 1)
		if k, _ := io.ReadFull(body, first); k == 0 {
			return obj, body
		}
		first[0] += byte(n)

		return obj, struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(string(first)), body), body}
	}
}

// Each way of copying leaves the proof it promises.
func TestProofs(t *testing.T) {
	onePiece := func(w world) { w.put(w.src, map[string]string{"k": "content of the object"}) }
	inParts := func(w world) { w.parts(w.src, "k", "content of", " the object") }
	empty := func(w world) { w.put(w.src, map[string]string{"k": ""}) }
	tests := map[string]struct {
		src, dst  memory.Quirks
		write     func(w world)
		want      mirror.Proof
		anomaly   mirror.AnomalyKind
		sameETags bool
	}{
		"one piece":                       {write: onePiece, want: mirror.ProofMD5, sameETags: true},
		"empty":                           {write: empty, want: mirror.ProofMD5, sameETags: true},
		"in parts":                        {write: inParts, want: mirror.ProofComposite, sameETags: true},
		"one piece, destination opaque":   {dst: memory.Quirks{OpaqueETags: true}, write: onePiece, want: mirror.ProofReadBack},
		"in parts, destination opaque":    {dst: memory.Quirks{OpaqueETags: true}, write: inParts, want: mirror.ProofReadBack},
		"one piece, source opaque":        {src: memory.Quirks{OpaqueETags: true}, write: onePiece, want: mirror.ProofReadBack, anomaly: mirror.AnomalyOpaque},
		"empty, source opaque":            {src: memory.Quirks{OpaqueETags: true}, write: empty, want: mirror.ProofReadBack},
		"in parts, source does not cut":   {src: memory.Quirks{NoParts: true}, write: inParts, want: mirror.ProofReadBack, anomaly: mirror.AnomalyNoParts},
		"in parts, too small to be taken": {dst: memory.Quirks{MinPart: 100}, write: inParts, want: mirror.ProofReadBack, anomaly: mirror.AnomalyNoParts},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inWorld(t, test.src, test.dst, func(w world) {
				test.write(w)
				rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
				w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{test.want: 1})
				w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
				w.equal("same ETags", w.stat(w.src, "k").ETag == w.stat(w.dst, "k").ETag, test.sameETags)
				w.equal("uploads left", w.dst.Pending(), 0)
				anomalies := []mirror.AnomalyKind{}
				for kind := range rep.Buckets[0].Anomalies {
					anomalies = append(anomalies, kind)
				}
				if test.anomaly != "" {
					w.equal("anomalies", anomalies, []mirror.AnomalyKind{test.anomaly})
				}
				want := mirror.ProofContent
				if test.sameETags {
					want = mirror.ProofETag
				}
				rep = w.run(w.src, w.dst, options(), mirror.OutcomeDone)
				w.equal("proofs of the second run", rep.Buckets[0].Proofs, map[mirror.Proof]int64{want: 1})
				rep = w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
				w.equal("proofs of verify", rep.Buckets[0].Proofs, map[mirror.Proof]int64{want: 1})
			})
		})
	}
}

// A source that declares an encryption is not asked for a digest that its ETag is
// not.
func TestDeclaredEncryption(t *testing.T) {
	inWorld(t, memory.Quirks{OpaqueETags: true}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "content"})
		src := declaring{w.src}
		rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofReadBack: 1})
		w.equal("retries", rep.Totals.Retries, int64(0))
	})
}

// declaring is a store that says that its ETags are no digests.
type declaring struct{ *memory.Store }

func (d declaring) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (mirror.Object, io.ReadCloser, error) {
	obj, body, err := d.Store.Get(ctx, bucket, key, sel)
	obj.OpaqueETag = true

	return obj, body, err
}

func (d declaring) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	obj, err := d.Store.Stat(ctx, bucket, key)
	obj.OpaqueETag = true

	return obj, err
}

// A destination that stores something else than it was sent, and says so by its
// tag or only by what it returns, does not count as a copy.
func TestDestinationStoresSomethingElse(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"k": "content"})
		dst := faulty.New(w.dst, faulty.Faults{Object: spoil(-1, faulty.Damage)})
		w.says(first(w.run(w.src, dst, options(), mirror.OutcomePartial)), "does not read back as the same")
	})
}

// A destination that received something else than was sent says so by the tag of
// the part, before the parts are joined.
func TestPartReceivedDamaged(t *testing.T) {
	for name, write := range map[string]func(w world){
		"parts of the source": func(w world) { w.parts(w.src, "k", "part 1", "part 2") },
		"parts of our own":    func(w world) { w.put(w.src, map[string]string{"k": strings.Repeat("x", 5000)}) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				write(w)
				damaged := 1
				dst := faulty.New(w.dst, faulty.Faults{Tag: func(call faulty.Call, etag mirror.ETag) mirror.ETag {
					if call.Method == "Part" && call.Part == 2 && damaged > 0 {
						damaged--

						return "d41d8cd98f00b204e9800998ecf8427e"
					}

					return etag
				}})
				rep := w.run(w.src, dst, options().WithSizes(4096, 4096), mirror.OutcomeDone)
				w.equal("retries", rep.Totals.Retries, int64(1))
				w.equal("joined", dst.Calls("Complete"), 1)
			})
		})
	}
}

// Objects above the size of a single request are written in parts.
func TestAboveTheSingleRequest(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": strings.Repeat("0123456789", 1000), "small": "x"})
		dst := faulty.New(w.dst, faulty.Faults{})
		rep := w.run(w.src, dst, options().WithSizes(4096, 1024), mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofReadBack: 1, mirror.ProofMD5: 1})
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
		w.equal("parts", dst.Calls("Part"), 10)

		w.put(w.src, map[string]string{"k": strings.Repeat("9876543210", 1000)})
		src := faulty.New(w.src, faulty.Faults{Object: varying(faulty.Damage)})
		w.run(src, w.dst, options().WithSizes(4096, 1024), mirror.OutcomePartial)
		w.equal("destination", w.read(w.dst, bucket, "k"), strings.Repeat("0123456789", 1000))
		w.equal("uploads left", w.dst.Pending(), 0)
	})
}
