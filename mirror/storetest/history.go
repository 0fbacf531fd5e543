package storetest

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

const versioningOn = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
	`<Status>Enabled</Status></VersioningConfiguration>`

// keepVersions has the bucket of the test keep versions. It says no for a store that
// cannot, once that has refused clearly.
func (s *suite) keepVersions() bool {
	s.Helper()
	err := s.SetSetting(s.Context(), s.bucket, "versioning", []byte(versioningOn))
	if s.lacks.Versions {
		s.fails(err, mirror.ErrUnsupported)

		return false
	}
	if err != nil {
		s.Fatal(err)
	}

	return true
}

func (s *suite) mark(key string) {
	s.Helper()
	if _, err := s.Put(s.Context(), s.bucket, key, mirror.PutRequest{Marker: true}); err != nil {
		s.Fatal(err)
	}
}

// history lists all versions with a prefix, over all pages.
func (s *suite) history(prefix string) []mirror.Entry {
	s.Helper()
	var entries []mirror.Entry
	for from := (mirror.Cursor{Versions: true, Prefix: prefix}); ; {
		page, err := s.List(s.Context(), s.bucket, from)
		if err != nil {
			s.Fatal(err)
		}
		entries = append(entries, page.Entries...)
		if !page.Truncated {
			return entries
		}
		from.Token = page.Next
	}
}

// spelled shows versions as key, size and whether they are markers.
func spelled(entries []mirror.Entry) []string {
	shown := []string{}
	for _, e := range entries {
		what := fmt.Sprintf("%s %d", e.Key, e.Size)
		if e.Marker {
			what = e.Key + " marker"
		}
		shown = append(shown, what)
	}

	return shown
}

// versions are listed with the newest first, each can be read, what was written before
// there were any is one of them.
func (s *suite) versions() {
	s.put("k", "1", mirror.Attributes{})
	if !s.keepVersions() {
		return
	}
	s.put("k", "22", mirror.Attributes{Tags: map[string]string{"age": "old"}})
	etag := s.put("k", "333", mirror.Attributes{})
	s.put("other", "4444", mirror.Attributes{})
	got := s.history("")
	s.same("versions", spelled(got), []string{"k 3", "k 2", "k 1", "other 4"})
	if got[0].ETag != etag || got[0].Modified.Before(time.Now().Add(-time.Minute)) || got[0].Version == got[1].Version {
		s.Errorf("the newest version is %+v, the one before it %+v", got[0], got[1])
	}
	for i, want := range []string{"333", "22", "1"} {
		obj, content := s.get("k", mirror.Selection{Version: got[i].Version, IfMatch: got[i].ETag})
		if content != want || obj.ETag != got[i].ETag {
			s.Errorf("version %d is %q with ETag %s, want %q, %s", i, content, obj.ETag, want, got[i].ETag)
		}
	}
	obj, content := s.get("k", mirror.Selection{Version: got[1].Version, Describe: true})
	if content != "" || obj.Size != 2 || obj.ETag != got[1].ETag {
		s.Errorf("described as %+v with content %q", obj.Entry, content)
	}
	s.same("tags of a version", obj.Tags, map[string]string{"age": "old"})
	page, err := s.List(s.Context(), s.bucket, mirror.Cursor{Versions: true, After: "k", Version: got[0].Version})
	if err != nil {
		s.Fatal(err)
	}
	s.same("behind a version", spelled(page.Entries), []string{"k 2", "k 1", "other 4"})
	s.same("listing without versions", s.listed(mirror.Cursor{}), []string{"k", "other"})
}

// versionIDs are those of another store where they can be, and whatever else was asked for stays.
func (s *suite) versionIDs() {
	if !s.keepVersions() {
		return
	}
	const first, second = "0b3e5a53-6f3f-4a5c-9a4b-0d5a8c2f6e11", "7c1d9a80-2e0b-4d7f-8b0e-3f6f2a9e4c22"
	sum := md5.Sum([]byte("1"))
	for _, id := range []string{first, "not-a-uuid", "null"} {
		_, err := s.Put(s.Context(), s.bucket, "k "+id, mirror.PutRequest{
			Body: strings.NewReader("1"), Size: 1, MD5: sum, Filing: mirror.Filing{Version: id},
		})
		if err != nil {
			s.Fatalf("version id %q: %v", id, err)
		}
	}
	up, err := s.Upload(s.Context(), s.bucket, "parts", mirror.UploadRequest{Filing: mirror.Filing{Version: second}})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := up.Part(s.Context(), 1, strings.NewReader("part"), 4); err != nil {
		s.Fatal(err)
	}
	if _, err := up.Complete(s.Context()); err != nil {
		s.Fatal(err)
	}
	got := s.history("")
	s.same("versions", spelled(got), []string{"k " + first + " 1", "k not-a-uuid 1", "k null 1", "parts 4"})
	if !s.lacks.VersionIDs {
		s.same("ids", []string{got[0].Version, got[3].Version}, []string{first, second})
	}
	for _, e := range got {
		if _, content := s.get(e.Key, mirror.Selection{Version: e.Version}); content != "1" && content != "part" {
			s.Errorf("version %s of %q is %q", e.Version, e.Key, content)
		}
	}
}

// versionPages reads more versions than a page has; pages break within a key.
func (s *suite) versionPages() {
	if !s.keepVersions() {
		return
	}
	var want []string
	for i := range 6 {
		key := fmt.Sprintf("a key+%d", i)
		for n := range 200 {
			s.put(key, strings.Repeat("x", n), mirror.Attributes{})
		}
		for n := range 200 {
			want = append(want, fmt.Sprintf("%s %d", key, 199-n))
		}
	}
	s.same("versions over all pages", spelled(s.history("")), want)
}

// markers hide an object and leave its versions.
func (s *suite) markers() {
	if !s.keepVersions() {
		return
	}
	s.put("k", "content", mirror.Attributes{})
	s.mark("k")
	s.absent("k")
	s.put("k", "again", mirror.Attributes{})
	s.mark("k")
	s.same("versions", spelled(s.history("k")), []string{"k marker", "k 5", "k marker", "k 7"})
	if s.lacks.BareMarkers {
		return
	}
	s.mark("k")
	s.same("another marker", spelled(s.history("k")), []string{"k marker", "k marker", "k 5", "k marker", "k 7"})
	s.mark("never")
	s.same("marker without an object", spelled(s.history("never")), []string{"never marker"})
}

// locks are kept as they are asked for, in a bucket that was made for them.
func (s *suite) locks() {
	s.bucket += "-lock"
	err := s.CreateBucket(s.Context(), s.bucket, mirror.BucketRequest{Lock: true})
	if s.lacks.Lock {
		s.fails(err, mirror.ErrUnsupported)

		return
	}
	if err != nil {
		s.Fatal(err)
	}
	doc, err := s.Setting(s.Context(), s.bucket, "object-lock")
	if err != nil || !bytes.Contains(doc, []byte("Enabled")) {
		s.Errorf("the object lock of the bucket is %q, error %v", doc, err)
	}
	want := mirror.Attributes{Lock: map[string]string{
		mirror.LockMode:  "GOVERNANCE",
		mirror.LockUntil: time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		mirror.LockHold:  "ON",
	}}
	s.put("k", "content", want)
	obj, _ := s.get("k", mirror.Selection{Describe: true})
	s.same("lock", want.Missing(obj.Attributes), []string{})
	s.upload("parts", want, "content")
	obj, _ = s.get("parts", mirror.Selection{Describe: true})
	s.same("lock of an object in parts", want.Missing(obj.Attributes), []string{})
}

// settings are kept, said not to be there, or said to be unknown.
func (s *suite) settings() {
	docs := documents(s.bucket)
	for name, doc := range docs {
		lacking := slices.Contains(s.lacks.Settings, name)
		before, err := s.Setting(s.Context(), s.bucket, name)
		none := errors.Is(err, mirror.ErrNoSetting) || lacking && errors.Is(err, mirror.ErrUnsupported)
		if err != nil && !none {
			s.Errorf("%s before it is set: %q, %v", name, before, err)
		}
		err = s.SetSetting(s.Context(), s.bucket, name, []byte(doc))
		if lacking {
			s.fails(err, mirror.ErrUnsupported)

			continue
		}
		if err != nil {
			s.Errorf("set %s: %v", name, err)

			continue
		}
		if after, err := s.Setting(s.Context(), s.bucket, name); err != nil || len(after) == 0 {
			s.Errorf("%s after it was set: %q, %v", name, after, err)
		} else {
			s.Logf("%s reads back as %s", name, after)
		}
	}
	_, err := s.Setting(s.Context(), "storetest-missing", "policy")
	if !slices.Contains(s.lacks.Settings, "policy") {
		s.fails(err, mirror.ErrNoBucket)
	}
}

// Settings are the names of the settings that the suite tries.
func Settings() []string { return slices.Sorted(maps.Keys(documents(""))) }

// documents are settings that a bucket may have.
func documents(bucket string) map[string]string {
	return map[string]string{
		"versioning": versioningOn,
		"tagging":    `<Tagging><TagSet><Tag><Key>team</Key><Value>data</Value></Tag></TagSet></Tagging>`,
		"cors": `<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin>` +
			`</CORSRule></CORSConfiguration>`,
		"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",` +
			`"Resource":"arn:aws:s3:::` + bucket + `/*"}]}`,
		"lifecycle": `<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter>` +
			`<Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>`,
		"encryption": `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>` +
			`</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
	}
}
