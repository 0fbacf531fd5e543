package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// release renders a release of n documents of about 40 lines, as Helm hands it over.
func release(n int) []byte {
	var out bytes.Buffer
	for i := range n {
		fmt.Fprintf(&out, "---\n# Source: chart/templates/object-%d.yaml\n", i)
		fmt.Fprintf(&out, []string{deploymentText, configMapText, customText}[i%3], i)
	}
	return out.Bytes()
}

const deploymentText = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-%d
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/instance: release
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: web
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web
    spec:
      serviceAccountName: web
      securityContext: {runAsNonRoot: true, fsGroup: 1000}
      containers:
        - name: web
          image: "registry.example.com/web:1.2.3"
          args: ["--listen", ":8080", "--store", "http://minio:9000"]
          env:
            # where the objects are
            - name: S3_ENDPOINT
              value: http://minio:9000
            - name: S3_ACCESS_KEY
              valueFrom:
                secretKeyRef:
                  name: minio
                  key: rootUser
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet: {path: /healthz, port: http}
          resources:
            limits: {cpu: 500m, memory: 512Mi}
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          emptyDir: {}
`

const customText = `apiVersion: monitoring.example.com/v1
kind: Rule
metadata:
  name: rule-%d
  annotations:
    description: >-
      A rule that fires when the store has
      been away for a while
spec:
  groups:
  - name: store
    rules:
    - alert: StoreDown
      expr: sum(rate(errors_total{job="store"}[5m])) > 0.5
      for: 5m
      labels: {severity: critical}
      annotations:
        summary: "The store is down"
        runbook: https://example.com/runbooks/store
    - alert: StoreSlow
      expr: |
        histogram_quantile(0.99,
          sum by (le) (rate(latency_bucket{job="store"}[5m])))
          > 1
      for: 10m
      labels: {severity: warning}
      annotations:
        summary: 'The store''s slow'
    - record: store:errors
      expr: sum(errors_total)
    - record: store:requests
      expr: sum(requests_total)
    - record: store:bytes
      expr: sum(bytes_total)
    - record: store:seconds
      expr: sum(seconds_total)
    - record: store:buckets
      expr: sum(buckets)
`

var configMapText = `apiVersion: v1
kind: ConfigMap
metadata:
  name: config-%d
data:
  application.properties: |
` + strings.Repeat("    store.endpoint=http://minio:9000\n", 25) + `  key: value
  other: "8080"
`

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{10, 300, 10_000} {
		data := release(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSet annotates every document of a stream and writes it.
func BenchmarkSet(b *testing.B) {
	data := release(300)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		stream, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		for _, object := range stream.Objects() {
			object.SetAnnotation("helm.sh/resource-policy", "keep")
		}
		stream.Bytes()
	}
}
