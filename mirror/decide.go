package mirror

// action is what a pair of entries calls for.
type action int

const (
	actNothing  action = iota // proven equal by the listings alone
	actCopy                   // the destination has nothing under the key
	actReplace                // the destination has something else
	actCompare                // same size, unlike ETags: only the content can tell
	actDescribe               // same content, but the source was written since: attributes may differ
	actExtra                  // the source has nothing under the key
)

// decide judges a pair by its two listing rows.
//
// A copy has the time of its source where the destination can keep that, else a later one.
//
//	source  destination  size  ETag    source newer  action
//	yes     no           –     –       –             copy
//	no      yes          –     –       –             extra
//	yes     yes          ≠     –       –             replace
//	yes     yes          =     =       no            nothing
//	yes     yes          =     =       yes           describe
//	yes     yes          =     ≠ or ?  –             compare
func decide(p pair) action {
	switch {
	case p.dst == nil:
		return actCopy
	case p.src == nil:
		return actExtra
	case p.src.Size != p.dst.Size:
		return actReplace
	case !p.src.ETag.Same(p.dst.ETag):
		return actCompare
	case p.newer():
		return actDescribe
	default:
		return actNothing
	}
}
