package mirror

import "time"

// visible leaves out the delete markers that hide nothing: those that come first and those
// behind another. Stores differ in whether they write such markers.
func visible(versions []Entry) []Entry {
	kept := make([]Entry, 0, len(versions))
	for _, v := range versions {
		if v.Marker && (len(kept) == 0 || kept[len(kept)-1].Marker) {
			continue
		}
		kept = append(kept, v)
	}

	return kept
}

// align finds out how much of a history the destination has. It returns for the oldest of
// the source's versions their places at the destination: as many as possible that stand
// there in their order, the last of them being the destination's newest. The others are
// missing, and can be written on top. same compares two versions and may fail.
func align(src, dst []Entry, same func(i, j int) (bool, error)) ([]int, error) {
	if len(dst) == 0 {
		return nil, nil
	}
	for n := len(src); n > 0; n-- {
		places, err := places(n, len(dst), same)
		if err != nil || places != nil {
			return places, err
		}
	}

	return nil, nil
}

// places finds the first n of the source's versions among those of the destination, the
// last of them at the very end. It returns nil when they are not there.
func places(n, dst int, same func(i, j int) (bool, error)) ([]int, error) {
	found := make([]int, n)
	i := n - 1
	for j := dst - 1; j >= 0 && i >= 0 && j >= i; j-- {
		yes, err := same(i, j)
		switch {
		case err != nil:
			return nil, err
		case yes:
			found[i] = j
			i--
		case i == n-1:
			return nil, nil
		}
	}
	if i >= 0 {
		return nil, nil
	}

	return found, nil
}

// settledTime is how old a time is that lies in the past of every clock.
const settledTime = time.Hour

// timely returns how many versions, from the oldest, may keep their times. Some stores put
// versions into the order of their times: those have to rise, from what is there to what
// is written without a time of its own, as delete markers are and all that comes behind.
func timely(there, versions []Entry, now time.Time) int {
	var last time.Time
	if len(there) > 0 {
		last = there[len(there)-1].Modified
	}
	for i, v := range versions {
		if v.Marker || !v.Modified.After(last) || v.Modified.After(now.Add(-settledTime)) {
			return i
		}
		last = v.Modified
	}

	return len(versions)
}
