package cutover_test

import (
	"fmt"
	"strings"
)

// ownJob is the Job that the cutover runs in.
const ownJob = `apiVersion: batch/v1
kind: Job
metadata: {name: shop-cutover}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: ferry
        image: ferry-hook
        args: [cutover, --config=/etc/ferry/ferry.yaml]
        env:
        - {name: FERRY_STORE_MINIO_SECRET_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}
`

// manifest is a release with both stores, of which the alias selects one.
func (w *world) manifest(active string) string {
	const store = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-NAME}
spec:
  serviceName: shop-NAME
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      containers: [{name: NAME, image: "IMAGE", ports: [{name: s3, containerPort: PORT}]}]
---
apiVersion: v1
kind: Service
metadata: {name: shop-NAME}
spec:
  selector: {app: NAME}
  ports: [{name: s3, port: PORT, targetPort: PORT}]
---
`
	const consumers = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers: [{name: api, image: example.com/api, env: [{name: S3_ENDPOINT, value: "http://shop-objectstorage:9000"}]}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 0 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: example.com/report, env: [{name: S3_ENDPOINT, value: "http://shop-objectstorage:9000"}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: bystander}
spec:
  replicas: 1
  selector: {matchLabels: {app: bystander}}
  template:
    metadata: {labels: {app: bystander}}
    spec:
      containers: [{name: bystander, image: example.com/bystander}]
---
`
	text := strings.NewReplacer("NAME", "minio", "IMAGE", "minio/minio:1", "PORT", "9000").Replace(store) +
		strings.NewReplacer("NAME", "versitygw", "IMAGE", "versity/versitygw:1", "PORT", "7070").Replace(store) + consumers
	labels := "app.kubernetes.io/part-of: ferry, helm-ferry.dev/name: shop, app.kubernetes.io/component: "
	text += fmt.Sprintf(`apiVersion: v1
kind: Service
metadata: {name: shop-objectstorage, labels: {%salias, helm-ferry.dev/provider: %s}}
spec:
  selector: {app: %s}
  ports: [{port: 9000}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shop-ferry, labels: {%sconfig, helm-ferry.dev/config: "true"}}
data:
  ferry.yaml: |
    %s
`, labels, active, active, labels, strings.ReplaceAll(strings.TrimSpace(w.document(active)), "\n", "\n    "))
	return text
}
