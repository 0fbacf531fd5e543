package mirror

import "iter"

// pair is one key of both sides. One of the two may be nil.
type pair struct {
	src, dst *Entry
}

// key returns the key that both have in common.
func (p pair) key() string {
	if p.src != nil {
		return p.src.Key
	}

	return p.dst.Key
}

// clone returns a pair that shares no memory with the listings.
func (p pair) clone() pair { return pair{src: p.src.clone(), dst: p.dst.clone()} }

// older reports whether the source was written before the destination, as it mostly
// is when the destination is a copy.
func (p pair) older() bool { return p.src.Modified.Before(p.dst.Modified) }

// newer reports whether the source was written after the destination, as it never is
// when the destination is a copy of what the source has now.
func (p pair) newer() bool { return p.src.Modified.After(p.dst.Modified) }

// join walks two sorted listings side by side and yields each key once, in order.
// It holds one entry of each. An error of either side ends it.
func join(src, dst iter.Seq2[Entry, error]) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		a, b := pull(src), pull(dst)
		defer a.stop()
		defer b.stop()
		for {
			left, right := a.head, b.head
			switch {
			case a.err != nil:
				yield(pair{}, a.err)

				return
			case b.err != nil:
				yield(pair{}, b.err)

				return
			case left == nil && right == nil:
				return
			case right == nil || left != nil && left.Key < right.Key:
				right = nil
				a.next()
			case left == nil || right.Key < left.Key:
				left = nil
				b.next()
			default:
				a.next()
				b.next()
			}
			if !yield(pair{src: left, dst: right}, nil) {
				return
			}
		}
	}
}

// side is a listing with its first entry in hand; nil means that it has ended.
type side struct {
	head *Entry
	err  error
	pull func() (Entry, error, bool)
	stop func()
}

func pull(entries iter.Seq2[Entry, error]) *side {
	s := &side{}
	s.pull, s.stop = iter.Pull2(entries)
	s.next()

	return s
}

func (s *side) next() {
	entry, err, ok := s.pull()
	s.head, s.err = nil, err
	if ok && err == nil {
		s.head = &entry
	}
}
