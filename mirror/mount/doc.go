// Package mount shows a bucket under another name, or what is below a prefix as a
// bucket of its own. The engine deals with buckets of equal names on both sides;
// with a mount on each side it copies between any two places:
//
//	at := func(bucket string) mount.Place {
//		if bucket == "raw" {
//			return mount.Place{Bucket: "lake", Prefix: "raw/"}
//		}
//		return mount.Place{Bucket: bucket}
//	}
//	report, err := mirror.Run(ctx, mount.Reader(src, at), dst, mirror.Options{Buckets: []string{"raw"}})
//
// Keys are those below the prefix, in reports too. An empty object whose key is the
// prefix itself, which some programs write to show a folder, has no key there; it is
// left out. Errors of the store name the place.
package mount
