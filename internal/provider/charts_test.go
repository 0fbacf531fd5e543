package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// name and component make the labels that most charts give their pods.
func name(value string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": value, "app.kubernetes.io/instance": "ilum"}
}

func component(value, component string) map[string]string {
	labels := name(value)
	labels["app.kubernetes.io/component"] = component
	return labels
}

func one(c Container) []Container { return []Container{c} }

func sh(script string) []string { return []string{"/bin/sh", "-ec", script} }

// TestMatch has a row for every workload of the public charts, by the facts of
// their templates, and for what people do to them.
func TestMatch(t *testing.T) {
	filer := []Port{{"swfs-filer", 8888}, {"metrics", 9327}, {"", 18888}}
	cases := []struct {
		what   string
		pod    Pod
		want   string // provider that it serves S3 for, empty for none
		port   Port
		partOf string // provider that it belongs to, want unless given
	}{
		// minio/minio helm/minio 5.4
		{
			what: "MinIO chart, standalone",
			pod: Pod{Kind: "Deployment", Labels: map[string]string{"app": "minio", "release": "ilum"}, Containers: one(Container{
				Image: "quay.io/minio/minio:RELEASE.2024-12-18T13-15-44Z",
				Args:  []string{"/bin/sh", "-ce", "/usr/bin/docker-entrypoint.sh minio server /export -S /etc/minio/certs/ --address :9000 --console-address :9001"},
				Ports: []Port{{"http", 9000}, {"http-console", 9001}},
			})},
			want: "minio", port: Port{"http", 9000},
		},
		{
			what: "MinIO chart, distributed, TLS, another port",
			pod: Pod{Kind: "StatefulSet", Labels: map[string]string{"app": "minio", "release": "ilum"}, Containers: one(Container{
				Image: "quay.io/minio/minio:RELEASE.2024-12-18T13-15-44Z", Ports: []Port{{"https", 9443}, {"https-console", 9444}},
			})},
			want: "minio", port: Port{"https", 9443},
		},
		{
			what: "MinIO chart, image of another name",
			pod: Pod{Kind: "Deployment", Labels: map[string]string{"app": "minio", "release": "ilum"}, Containers: one(Container{
				Image: "registry.example/platform/s3:1", Args: []string{"/bin/sh", "-ce", "minio server /export"}, Ports: []Port{{"http", 9000}},
			})},
			want: "minio", port: Port{"http", 9000},
		},
		{
			what: "MinIO chart, Job after the install",
			pod: Pod{Kind: "Job", Labels: map[string]string{"app": "minio-job", "release": "ilum"}, Containers: []Container{
				{Image: "quay.io/minio/mc:RELEASE.2024-11-21T17-21-54Z", Args: sh("/config/initialize")},
			}},
			partOf: "minio",
		},
		{
			what: "MinIO console of the operator's time",
			pod: Pod{Kind: "Deployment", Labels: map[string]string{"app": "minio-console"}, Containers: one(Container{
				Image: "minio/console:v0.30.0", Args: []string{"server"}, Ports: []Port{{"http", 9090}},
			})},
		},

		// bitnami/minio
		{
			what: "Bitnami MinIO 17, either mode",
			pod: Pod{Kind: "StatefulSet", Labels: component("minio", "minio"), Containers: one(Container{
				Name: "minio", Image: "docker.io/bitnami/minio:2025.7.23-debian-12-r3", Ports: []Port{{"api", 9000}},
			})},
			want: "minio", port: Port{"api", 9000},
		},
		{
			what: "Bitnami MinIO 12",
			pod: Pod{Kind: "Deployment", Labels: name("minio"), Containers: one(Container{
				Image: "docker.io/bitnamilegacy/minio:2023.3.13", Ports: []Port{{"minio-console", 9001}, {"minio-api", 9002}},
			})},
			want: "minio", port: Port{"minio-api", 9002},
		},
		{
			what: "Bitnami MinIO 6",
			pod: Pod{Kind: "Deployment", Labels: name("minio"), Containers: one(Container{
				Image: "docker.io/bitnami/minio:2021.3.4", Ports: []Port{{"minio", 9000}},
			})},
			want: "minio", port: Port{"minio", 9000},
		},
		{
			what: "Bitnami MinIO, image of another name, beside a sidecar",
			pod: Pod{Kind: "Deployment", Labels: component("minio", "minio"), Containers: []Container{
				{Name: "proxy", Image: "envoyproxy/envoy:v1", Ports: []Port{{"admin", 9901}}},
				{Name: "minio", Image: "registry.example/platform/s3@sha256:00", Ports: []Port{{"api", 9000}}},
			}},
			want: "minio", port: Port{"api", 9000},
		},
		{
			what: "Bitnami MinIO, console",
			pod: Pod{Kind: "Deployment", Labels: component("minio", "console"), Containers: one(Container{
				Image: "docker.io/bitnami/minio-object-browser:2.0.2-debian-12-r3", Args: []string{"server", "--port", "9090"}, Ports: []Port{{"http", 9090}},
			})},
			partOf: "minio",
		},
		{
			what: "Bitnami MinIO, provisioning Job",
			pod: Pod{Kind: "Job", Labels: map[string]string{"app.kubernetes.io/component": "provisioning", "app.kubernetes.io/part-of": "minio"}, Containers: one(Container{
				Image: "docker.io/bitnami/minio:2025.7.23-debian-12-r3", Args: sh("mc alias set provisioning $MINIO_SCHEME://ilum-minio:9000"),
			})},
			partOf: "minio",
		},

		// MinIO by hand, and from elsewhere
		{
			what: "by hand, one port without a name",
			pod: Pod{Kind: "Deployment", Labels: map[string]string{"app": "objects"}, Containers: one(Container{
				Image: "minio/minio", Args: []string{"server", "--address", ":9900", "/data"}, Ports: []Port{{"", 9900}},
			})},
			want: "minio", port: Port{"", 9900},
		},
		{
			what: "by hand, no port declared",
			pod: Pod{Kind: "StatefulSet", Containers: one(Container{
				Image: "cgr.dev/chainguard/minio:latest", Args: []string{"server", "/data"},
			})},
			want: "minio", port: Port{"", 9000},
		},
		{
			what: "the community fork",
			pod:  Pod{Kind: "Deployment", Containers: one(Container{Image: "docker.io/pgsty/silo:RELEASE.2026-09-16T00-00-00Z", Ports: []Port{{"", 9001}, {"", 9000}}})},
			want: "minio", port: Port{"", 9000},
		},
		{
			what: "a client that runs for ever",
			pod:  Pod{Kind: "Deployment", Labels: map[string]string{"app": "sync"}, Containers: one(Container{Image: "minio/mc", Args: []string{"mirror", "--watch"}})},
		},
		{
			what: "a CronJob from the image of the server",
			pod:  Pod{Kind: "CronJob", Containers: one(Container{Image: "minio/minio", Args: sh("mc mirror a b")})},
			// It may well be a user's own: no label says otherwise, the image does.
			partOf: "minio",
		},
		{
			what: "an exporter that is called after the store",
			pod:  Pod{Kind: "Deployment", Labels: name("minio"), Containers: one(Container{Image: "example/exporter", Ports: []Port{{"metrics", 9290}}})},
			// It does not serve S3, but is no consumer either.
			partOf: "minio",
		},

		// rustfs/rustfs helm/rustfs
		{
			what: "RustFS, standalone",
			pod: Pod{Kind: "Deployment", Labels: name("rustfs"), Containers: one(Container{
				Image: "rustfs/rustfs:1.0.0", Args: []string{"/usr/bin/rustfs"}, Ports: []Port{{"endpoint", 9000}, {"console", 9001}},
			})},
			want: "rustfs", port: Port{"endpoint", 9000},
		},
		{
			what: "RustFS, distributed, before the labels changed, another port",
			pod: Pod{Kind: "StatefulSet", Labels: map[string]string{"app": "rustfs"}, Containers: one(Container{
				Image: "rustfs/rustfs:1.0.0-alpha.69", Args: []string{"/usr/bin/rustfs"}, Ports: []Port{{"endpoint", 9100}, {"console", 9101}},
			})},
			want: "rustfs", port: Port{"endpoint", 9100},
		},
		{
			what: "RustFS, image of another name",
			pod: Pod{Kind: "StatefulSet", Labels: name("rustfs"), Containers: one(Container{
				Image: "registry.example/s3:1", Ports: []Port{{"endpoint", 9000}, {"console", 9001}},
			})},
			want: "rustfs", port: Port{"endpoint", 9000},
		},
		{
			what:   "RustFS, test Pod",
			pod:    Pod{Kind: "Pod", Labels: name("rustfs"), Containers: one(Container{Name: "wget", Image: "busybox", Args: []string{"wget", "-O", "/dev/null", "ilum-rustfs-svc:9000/health"}})},
			partOf: "rustfs",
		},
		{
			what: "RustFS in a chart whose name label says minio: what runs counts",
			pod:  Pod{Kind: "StatefulSet", Labels: name("minio"), Containers: one(Container{Image: "rustfs/rustfs:1.0.0", Ports: []Port{{"http", 9000}}})},
			want: "rustfs", port: Port{"http", 9000},
		},

		// seaweedfs/seaweedfs k8s/charts/seaweedfs
		{
			what: "SeaweedFS, S3 gateway",
			pod: Pod{Kind: "Deployment", Labels: component("seaweedfs", "s3"), Containers: one(Container{
				Image: "docker.io/chrislusf/seaweedfs:4.02", Args: sh("exec /usr/bin/weed \\\n-logtostderr=true \\\n-v=1 \\\ns3 \\\n-ip.bind=0.0.0.0 \\\n-port=8333 \\\n"),
				Ports: []Port{{"swfs-s3", 8333}, {"metrics", 9327}},
			})},
			want: "seaweedfs", port: Port{"swfs-s3", 8333},
		},
		{
			what: "SeaweedFS, filer with S3",
			pod: Pod{Kind: "StatefulSet", Labels: component("seaweedfs", "filer"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("exec /usr/bin/weed filer -port=8888 -s3 -s3.port=8334"), Ports: append(filer[:3:3], Port{"swfs-s3", 8334}),
			})},
			want: "seaweedfs", port: Port{"swfs-s3", 8334},
		},
		{
			what: "SeaweedFS, filer without S3",
			pod: Pod{Kind: "StatefulSet", Labels: component("seaweedfs", "filer"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("exec /usr/bin/weed filer -port=8888"), Ports: filer,
			})},
			partOf: "seaweedfs",
		},
		{
			what: "SeaweedFS, master",
			pod: Pod{Kind: "StatefulSet", Labels: component("seaweedfs", "master"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("exec /usr/bin/weed master -port=9333 -mdir=/data"), Ports: []Port{{"swfs-master", 9333}, {"", 19333}},
			})},
			partOf: "seaweedfs",
		},
		{
			what: "SeaweedFS, volume server",
			pod: Pod{Kind: "StatefulSet", Labels: component("seaweedfs", "volume"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("exec /usr/bin/weed volume -port=8080 -dir /data1 -max 0"), Ports: []Port{{"swfs-vol", 8080}, {"swfs-vol-grpc", 18080}},
			})},
			partOf: "seaweedfs",
		},
		{
			what: "SeaweedFS, all in one",
			pod: Pod{Kind: "Deployment", Labels: component("seaweedfs", "seaweedfs-all-in-one"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("/usr/bin/weed server -dir=/data -master -volume -filer -s3 -s3.port=8333"),
				Ports: []Port{{"swfs-mas", 9333}, {"swfs-vol", 8080}, {"swfs-fil", 8888}, {"swfs-s3", 8333}},
			})},
			want: "seaweedfs", port: Port{"swfs-s3", 8333},
		},
		{
			what: "SeaweedFS, all in one without S3",
			pod: Pod{Kind: "Deployment", Labels: component("seaweedfs", "seaweedfs-all-in-one"), Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh("/usr/bin/weed server -dir=/data -master -volume -filer"), Ports: []Port{{"swfs-mas", 9333}, {"swfs-fil", 8888}},
			})},
			partOf: "seaweedfs",
		},
		{
			what: "SeaweedFS, bucket hook",
			pod: Pod{Kind: "Job", Labels: map[string]string{"app.kubernetes.io/instance": "ilum"}, Containers: one(Container{
				Image: "chrislusf/seaweedfs:4.02", Args: sh(`exec /bin/echo "s3.bucket.create --name a" | /usr/bin/weed shell`), Ports: []Port{{"swfs-master", 9333}},
			})},
			partOf: "seaweedfs",
		},
		{
			what: "SeaweedFS by hand, no port declared",
			pod:  Pod{Kind: "Deployment", Containers: one(Container{Image: "chrislusf/seaweedfs", Args: []string{"mini", "-dir=/data"}})},
			want: "seaweedfs", port: Port{"", 8333},
		},
		{
			what: "SeaweedFS by hand, flag in another spelling",
			pod:  Pod{Kind: "Deployment", Containers: one(Container{Image: "chrislusf/seaweedfs", Args: []string{"server", "--s3=true"}, Ports: []Port{{"", 9333}, {"", 8333}}})},
			want: "seaweedfs", port: Port{"", 8333},
		},

		// deuxfleurs script/helm/garage
		{
			what: "Garage",
			pod: Pod{Kind: "StatefulSet", Labels: name("garage"), Containers: one(Container{
				Image: "dxflrs/amd64_garage:v2.4.0", Ports: []Port{{"s3-api", 3900}, {"web-api", 3902}, {"admin", 3903}},
			})},
			want: "garage", port: Port{"s3-api", 3900},
		},
		{
			what: "Garage from a mirror, a DaemonSet",
			pod:  Pod{Kind: "DaemonSet", Containers: one(Container{Image: "registry.example:5000/garage:v2", Ports: []Port{{"", 3902}, {"", 3900}}})},
			want: "garage", port: Port{"", 3900},
		},
		{
			what: "an application for car owners",
			pod:  Pod{Kind: "Deployment", Labels: map[string]string{"app": "garage"}, Containers: one(Container{Image: "registry.example/cars/garage:7", Ports: []Port{{"http", 8080}}})},
		},

		// Rook
		{
			what: "Ceph object gateway of Rook",
			pod: Pod{Kind: "Deployment", Labels: map[string]string{"app": "rook-ceph-rgw", "rook_object_store": "s"}, Containers: []Container{
				{Name: "log-collector", Image: "quay.io/ceph/ceph:v19", Args: []string{"/bin/bash", "-x"}},
				{Name: "rgw", Image: "quay.io/ceph/ceph:v19", Args: []string{"radosgw", "--fsid=0"}},
			}},
			want: "ceph-rgw", port: Port{"", 8080},
		},
		{
			what: "another daemon of Ceph",
			pod:  Pod{Kind: "Deployment", Labels: map[string]string{"app": "rook-ceph-mon"}, Containers: one(Container{Image: "quay.io/ceph/ceph:v19", Args: []string{"ceph-mon"}})},
		},

		// versity/versitygw chart 0.4
		{
			what: "versitygw",
			pod: Pod{Kind: "Deployment", Labels: name("versitygw"), Containers: one(Container{
				Image: "ghcr.io/versity/versitygw:v1.8.0", Ports: []Port{{"s3-api", 7070}, {"admin", 7071}},
			})},
			want: "versitygw", port: Port{"s3-api", 7070},
		},
		{
			what: "versitygw, server for accounts",
			pod: Pod{Kind: "Deployment", Labels: component("versitygw-iam", "iam-server"), Containers: one(Container{
				Image: "ghcr.io/versity/versitygw:v1.8.0", Ports: []Port{{"iam-api", 7070}, {"iam-private", 7443}},
			})},
			partOf: "versitygw",
		},

		// no store
		{
			what: "an application",
			pod:  Pod{Kind: "Deployment", Labels: name("api"), Containers: one(Container{Image: "registry.example/api:1", Ports: []Port{{"http", 9000}}})},
		},
		{what: "no container", pod: Pod{Kind: "Deployment", Labels: name("minio")}, partOf: "minio"},
		{what: "nothing at all"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			row, ok := Default().Match(c.pod)
			if row.Name != c.want || ok != (c.want != "") {
				t.Fatalf("Match = %q, %v, want %q", row.Name, ok, c.want)
			}
			if c.partOf == "" {
				c.partOf = c.want
			}
			if part, ok := Default().PartOf(c.pod); part.Name != c.partOf || ok != (c.partOf != "") {
				t.Errorf("PartOf = %q, %v, want %q", part.Name, ok, c.partOf)
			}
			if c.want == "" {
				return
			}
			container, _ := row.Container(c.pod)
			if diff := cmp.Diff(c.port, row.S3Port(container)); diff != "" {
				t.Errorf("port (-want +got):\n%s", diff)
			}
		})
	}
}
