package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultRegistry(t *testing.T) {
	want := []string{"minio", "rustfs", "seaweedfs", "garage", "ceph-rgw", "versitygw", "external"}
	if diff := cmp.Diff(want, Default().Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
