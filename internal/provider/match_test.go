package provider

import "testing"

// TestMatchDecides has a row for each rule that decides between several rows.
func TestMatchDecides(t *testing.T) {
	pod := Pod{Kind: "Deployment", Labels: name("minio"), Containers: one(Container{Image: "minio/minio", Args: []string{"server"}, Ports: []Port{{"", 9000}}})}
	cases := map[string]struct {
		rows []Row
		want string
	}{
		"without a user's row": {want: "minio"},
		"a user's row by a label wins over ours by the image": {
			rows: []Row{{Name: "mine", Port: 9000, Match: []Match{{Labels: map[string]string{"app.kubernetes.io/instance": "ilum"}}}}},
			want: "mine",
		},
		"an override of the match is a user's": {
			rows: []Row{{Name: "rustfs", Match: []Match{{Labels: map[string]string{"app.kubernetes.io/name": "minio"}}}}},
			want: "rustfs",
		},
		"an override of something else is not": {
			rows: []Row{{Name: "rustfs", Port: 9100}},
			want: "minio",
		},
		"the image wins over more labels": {
			rows: []Row{
				{Name: "by-labels", Port: 1, Match: []Match{{Labels: name("minio"), Args: []string{"server"}}}},
				{Name: "by-image", Port: 1, Match: []Match{{Images: []string{"minio"}}}},
			},
			want: "by-image",
		},
		"more conditions win": {
			rows: []Row{
				{Name: "fewer", Port: 9000, Match: []Match{{Images: []string{"minio"}}}},
				{Name: "more", Port: 9000, Match: []Match{{Images: []string{"minio"}, DeclaresPort: true}}},
			},
			want: "more",
		},
		"then the first": {
			rows: []Row{
				{Name: "first", Port: 1, Match: []Match{{Images: []string{"minio"}}}},
				{Name: "second", Port: 1, Match: []Match{{Images: []string{"minio/minio"}}}},
			},
			want: "first",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := Default().With(c.rows)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := r.Match(pod); got.Name != c.want {
				t.Errorf("Match = %q, want %q", got.Name, c.want)
			}
		})
	}
}

func TestMatchByNameLabelOfUsersRow(t *testing.T) {
	r, err := Default().With([]Row{{Name: "mystore", Port: 8080, Match: []Match{{Images: []string{"nothing/like-it"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	pod := Pod{Kind: "StatefulSet", Labels: name("mystore"), Containers: one(Container{Image: "x"})}
	row, ok := r.Match(pod)
	if !ok || row.Name != "mystore" {
		t.Fatalf("Match = %q, %v", row.Name, ok)
	}
	if c, ok := row.Container(pod); !ok || c.Image != "x" {
		t.Errorf("Container = %+v, %v", c, ok)
	}
	if _, ok := row.Container(Pod{}); ok {
		t.Error("a pod without containers has one")
	}
}

func TestContainer(t *testing.T) {
	sidecar := Container{Name: "sidecar", Image: "example/agent", Ports: []Port{{"metrics", 9901}}}
	cases := map[string]struct {
		provider string
		pod      Pod
		want     string
	}{
		"by the image": {"minio", Pod{Containers: []Container{sidecar, {Name: "s", Image: "minio/minio"}}}, "s"},
		"by the words": {"ceph-rgw", Pod{Containers: []Container{
			{Name: "log-collector", Image: "ceph/ceph", Args: []string{"bash"}}, {Name: "rgw", Image: "ceph/ceph", Args: []string{"radosgw"}},
		}}, "rgw"},
		"by the port": {"ceph-rgw", Pod{Labels: map[string]string{"app": "rook-ceph-rgw"}, Containers: []Container{
			sidecar, {Name: "gw", Image: "x", Ports: []Port{{"", 8080}}},
		}}, "gw"},
		"the first": {"ceph-rgw", Pod{Labels: map[string]string{"app": "rook-ceph-rgw"}, Containers: []Container{sidecar, {Name: "b"}}}, "sidecar"},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			row, _ := Default().Lookup(c.provider)
			if got, _ := row.Container(c.pod); got.Name != c.want {
				t.Errorf("Container = %q, want %q", got.Name, c.want)
			}
		})
	}
}
