package cutover_test

import (
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// store is a provider of the release; its Secret has the keys of the running server.
const store = `apiVersion: v1
kind: Secret
metadata: {name: shop-NAME}
stringData: {user: "ACCESS", password: "SECRET"}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-NAME}
spec:
  serviceName: shop-NAME
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      containers:
      - name: NAME
        image: IMAGE
        ports: [{name: s3, containerPort: PORT}]
        env:
        - {name: USER_ENV, valueFrom: {secretKeyRef: {name: shop-NAME, key: user}}}
        - {name: PASSWORD_ENV, valueFrom: {secretKeyRef: {name: shop-NAME, key: password}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop-NAME}
spec:
  selector: {app: NAME}
  ports: [{name: s3, port: PORT, targetPort: PORT}]
---
`

// consumers are a Deployment of two, a CronJob, and a Deployment that uses no store.
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
`

// chart is what the release's chart renders with both stores, or one of them.
func (w *world) chart(providers ...string) string {
	text := ""
	for _, p := range providers {
		words := []string{"NAME", p, "ACCESS", w.stores[p].AccessKey, "SECRET", w.stores[p].SecretKey}
		if p == "minio" {
			words = append(words, "IMAGE", "minio/minio:1", "PORT", "9000", "USER_ENV", "MINIO_ROOT_USER", "PASSWORD_ENV", "MINIO_ROOT_PASSWORD")
		} else {
			words = append(words, "IMAGE", "versity/versitygw:1", "PORT", "7070", "USER_ENV", "ROOT_ACCESS_KEY_ID", "PASSWORD_ENV", "ROOT_SECRET_ACCESS_KEY")
		}
		text += strings.NewReplacer(words...).Replace(store)
	}
	return text + consumers + w.more
}

// render returns the manifest of the release, in which the alias selects one provider, and its hooks.
func (w *world) render(active string, providers ...string) (text string, hooks []*manifest.Document) {
	w.Helper()
	if len(providers) == 0 {
		providers = []string{"minio", "versitygw"}
	}
	document := w.document(active)
	rendering, err := render.Render(w.ctx(), []byte(w.chart(providers...)), render.Config{
		Hooks: render.HooksApart, Image: "ghcr.io/helm-ferry/ferry-hook:test", Ferry: &render.Document{Config: w.config(active), Text: []byte(document)},
	})
	if err != nil {
		w.Fatal(err)
	}
	return string(rendering.Bytes()), rendering.Hooks
}

// manifest is the text of it.
func (w *world) manifest(active string, providers ...string) string {
	w.Helper()
	text, _ := w.render(active, providers...)
	return text
}

// makeHooks applies the hooks that are to be there before a cutover runs, its own Job included.
func (w *world) makeHooks(active string) {
	w.Helper()
	_, hooks := w.render(active)
	for _, document := range hooks {
		if o := document.Objects()[0]; o.Name == "shop-cutover" {
			w.apply(string(document.Bytes()))
		}
	}
}

// firstPass is a Job of a migration that is still running.
const firstPass = `apiVersion: batch/v1
kind: Job
metadata: {name: shop-migration-other, labels: {app.kubernetes.io/component: migration, helm-ferry.dev/name: shop}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: ferry, image: ferry-hook}]}}}
`

const statefulConsumer = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: index}
spec:
  serviceName: index
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}
  selector: {matchLabels: {app: index}}
  template:
    metadata: {labels: {app: index}}
    spec:
      containers: [{name: index, image: example.com/index, env: [{name: S3_ENDPOINT, value: "http://shop-objectstorage:9000"}]}]
`

const daemonConsumer = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: agent, image: example.com/agent, env: [{name: S3_ENDPOINT, value: "http://shop-objectstorage:9000"}]}]
`

// scaledObjects teaches the API server KEDA's kind.
const scaledObjects = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: scaledobjects.keda.sh}
spec:
  group: keda.sh
  scope: Namespaced
  names: {kind: ScaledObject, plural: scaledobjects, singular: scaledobject}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

const scaledObject = `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: api}
spec: {scaleTargetRef: {name: api}}
`
