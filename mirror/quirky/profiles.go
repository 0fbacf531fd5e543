package quirky

import "time"

// Profile is a server that is known for its quirks.
type Profile struct {
	Name   string
	Quirks Quirks
}

// Profiles are known servers, as they were when they were last looked at. What a server
// does right is not in here.
func Profiles() []Profile {
	return []Profile{
		{Name: "rustfs-beta7", Quirks: Quirks{
			// Delete markers between keys ended listings early (rustfs#3217); neighbours came
			// out of order when several sets were merged (rustfs#4610); start-after began with
			// its key (rustfs#1165).
			Listing: Listing{EndsAfter: 7, Unordered: true, Inclusive: true},
		}},
		{Name: "rustfs-beta12", Quirks: Quirks{
			// One token for ever above half a million keys (rustfs#5792).
			Listing: Listing{PageSize: 3, RepeatsToken: true},
		}},
		{Name: "rustfs-rc1", Quirks: Quirks{
			// Keys that are listed and 404 in every version (rustfs#6218). The time of the
			// source is kept, which is right.
			Listing:    Listing{Ghosts: []string{"ghost"}},
			KeepsTimes: true,
		}},
		{Name: "seaweedfs", Quirks: Quirks{
			// A file system below: a and a/b exclude each other. HEAD with partNumber
			// described the whole object (seaweedfs#11162), GET is right.
			Reads: Reads{WrongHeadPart: true},
			Keys:  Keys{Folders: true},
		}},
		{Name: "garage", Quirks: Quirks{
			// What it does not implement it answers with 501 (its page S3 compatibility).
			Reads: Reads{NoParts: true},
			Lacks: []string{
				"ListObjectVersions", "BucketVersioning", "BucketPolicy", "BucketTagging", "ObjectTagging",
				"ObjectLockConfiguration", "ObjectRetention", "ObjectLegalHold", "BucketNotificationConfiguration",
			},
			Writes: Writes{TaggingRefused: true},
		}},
		{Name: "ceph-rgw", Quirks: Quirks{
			// No fault that a mirror meets; ETags of encrypted or compressed pools prove
			// nothing, and that is the case to be tested.
			ETags: ETagsOpaque,
		}},
		{Name: "b2", Quirks: Quirks{
			// X-Amz-Tagging is refused, and so was X-Amz-Checksum-* until the middle of 2025
			// (minio-go#1791). Parts have 5 MB at least.
			Writes: Writes{TaggingRefused: true, ChecksumsRefused: true, MinPart: 5 << 20},
			Lacks:  []string{"ObjectTagging", "BucketTagging"},
		}},
		{Name: "wasabi", Quirks: Quirks{
			// Listings were not in byte order (mc#3261).
			Listing: Listing{Unordered: true},
		}},
		{Name: "r2", Quirks: Quirks{
			// Keys are brought into normal form C (cloudflare-docs#4458), tags do not exist.
			Keys:  Keys{NFC: true},
			Lacks: []string{"ObjectTagging", "BucketTagging", "ListObjectVersions"},
		}},
		{Name: "minio", Quirks: Quirks{
			// a and a/b exclude each other (its page on limits); the time of the source is
			// kept. A complete of thousands of parts can take longer than a proxy waits.
			Keys:       Keys{Folders: true},
			Writes:     Writes{SlowComplete: 50 * time.Millisecond, LostComplete: true, MinPart: 5 << 20},
			KeepsTimes: true,
		}},
	}
}
