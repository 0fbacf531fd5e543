package s3list_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/s3list"
)

// versionsPage spells a page; rows are "v KEY ID TIME" and "m KEY ID TIME".
func versionsPage(head string, rows ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` + head)
	for _, row := range rows {
		f := strings.Fields(row)
		kind, content := "Version", "<Size>1</Size><ETag>&quot;e&quot;</ETag>"
		if f[0] == "m" {
			kind, content = "DeleteMarker", ""
		}
		fmt.Fprintf(&b, "<%s><Key>%s</Key><VersionId>%s</VersionId><LastModified>2026-11-21T10:00:%s.000Z</LastModified>%s</%s>",
			kind, f[1], f[2], f[3], content, kind)
	}

	return b.String() + "</ListVersionsResult>"
}

func TestReadVersions(t *testing.T) {
	const whole = "<IsTruncated>false</IsTruncated>"
	for name, test := range map[string]struct {
		page string
		want []string // KEY ID, markers with a !
		next string
		err  string
	}{
		"as written": {
			page: versionsPage(whole, "v a 2 02", "m a 1 01", "v b 3 03"),
			want: []string{"a 2", "!a 1", "b 3"},
		},
		"markers apart": {
			page: versionsPage(whole, "m a 1 02", "m b 5 05", "v a 2 03", "v a 0 01", "v b 6 04"),
			want: []string{"a 2", "!a 1", "a 0", "!b 5", "b 6"},
		},
		"markers apart, at one time": {
			page: versionsPage(whole, "m a 01KB0000000000000000000002 02", "v a 01KB0000000000000000000003 02", "v a 01KB0000000000000000000001 02"),
			want: []string{"a 01KB0000000000000000000003", "!a 01KB0000000000000000000002", "a 01KB0000000000000000000001"},
		},
		"encoded": {
			page: versionsPage("<EncodingType>url</EncodingType>"+whole, "v a+b%2B%01 1 01"),
			want: []string{"a b+\x01 1"},
		},
		"more follows": {
			page: versionsPage("<IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>7</NextVersionIdMarker>", "v a 1 01"),
			want: []string{"a 1"}, next: "b 7",
		},
		"more follows, it does not say from which version": {
			page: versionsPage("<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>", "v a 2 02", "v a 1 01"),
			want: []string{"a 2", "a 1"}, next: "a 1",
		},
		"silent about its end": {page: versionsPage("", "v a 1 01"), err: "whether more follows"},
		"folders":              {page: versionsPage(whole + "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"), err: "common prefixes"},
		"another document":     {page: "<ListBucketResult></ListBucketResult>", err: "ListVersionsResult"},
		"cut":                  {page: versionsPage(whole, "v a 1 01")[:200], err: "EOF"},
		"no size": {
			page: versionsPage(whole + "<Version><Key>a</Key></Version>"), err: "no size",
		},
		"no key": {
			page: versionsPage(whole + "<Version><Size>1</Size></Version>"), err: "no key",
		},
		"not encoded": {
			page: versionsPage("<EncodingType>url</EncodingType>"+whole, "v a% 1 01"), err: "is not",
		},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := s3list.ReadVersions(strings.NewReader(test.page))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}

				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range page.Versions {
				got = append(got, map[bool]string{true: "!"}[v.Marker]+v.Key+" "+v.ID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
			if next := strings.TrimSpace(page.NextKey + " " + page.NextVersion); next != test.next {
				t.Errorf("goes on at %q, want %q", next, test.next)
			}
		})
	}
}
