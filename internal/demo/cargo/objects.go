package cargo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// Object is one object to store.
type Object struct {
	Bucket, Key string
	Size        int
	// Parts is how many parts the object is uploaded in; 0: in one piece.
	Parts    int
	Headers  Headers
	Metadata map[string]string
	Tags     map[string]string
}

// Headers are the headers of an object that its owner chooses.
type Headers struct {
	ContentType, CacheControl, ContentDisposition, ContentEncoding string
}

// partSize is the smallest size of a part that is not the last one.
const partSize = 5 << 20

// Buckets returns the seven buckets.
func Buckets() []string {
	return []string{"ilum-files", "ilum-data", "ilum-tables", "ilum-mlflow", "ilum-kestra", "ilum-ducklake", "ilum-langfuse"}
}

// Objects returns the objects of all buckets.
func Objects() []Object {
	var all []Object
	add := func(o Object) { all = append(all, o) }
	for _, key := range []string{
		//nolint:gosmopolitan // keys of many scripts are what this is about
		"Łódź/raport końcowy.txt", "日本語/報告.csv", "Москва/план.md", "notes & drafts/a+b = c.txt", "100% sure?.txt",
		"cafe\u0301 (decomposed).txt", "café (composed).txt", "tilde~and'quote.txt", "deep/er/and/deep/er/still/file",
	} {
		add(Object{
			Bucket: "ilum-files", Key: key, Size: 2000,
			Headers:  Headers{ContentType: "text/plain; charset=utf-8", CacheControl: "max-age=3600", ContentDisposition: `attachment; filename="x.txt"`},
			Metadata: map[string]string{"owner": "ada", "origin": "upload"},
		})
	}
	add(Object{Bucket: "ilum-files", Key: "empty", Headers: Headers{ContentType: "application/octet-stream"}})
	for day := range 60 {
		add(Object{
			Bucket: "ilum-data", Key: fmt.Sprintf("raw/day=%02d/part-00000.snappy.parquet", day), Size: 16 << 10,
			Tags: map[string]string{"stage": "raw", "day": fmt.Sprint(day)},
		})
	}
	add(Object{
		Bucket: "ilum-data", Key: "curated/orders.parquet", Size: 2*partSize + 12345, Parts: 3,
		Metadata: map[string]string{"rows": "1048576"}, Tags: map[string]string{"stage": "curated"},
	})
	for n := range 40 {
		add(Object{Bucket: "ilum-tables", Key: fmt.Sprintf("warehouse/sales.db/orders/data/%05d.parquet", n), Size: 8 << 10})
		add(Object{
			Bucket: "ilum-tables", Key: fmt.Sprintf("warehouse/sales.db/orders/metadata/v%d.metadata.json", n), Size: 900,
			Headers: Headers{ContentType: "application/json"},
		})
	}
	for run := range 20 {
		add(Object{
			Bucket: "ilum-mlflow", Key: fmt.Sprintf("1/run-%02d/artifacts/model.pkl", run), Size: 40 << 10,
			Metadata: map[string]string{"framework": "sklearn", "run": fmt.Sprint(run)},
		})
	}
	add(Object{Bucket: "ilum-mlflow", Key: "1/run-20/artifacts/weights.safetensors", Size: partSize + 1, Parts: 2})
	for n := range 50 {
		add(Object{
			Bucket: "ilum-kestra", Key: fmt.Sprintf("main/flows/nightly/executions/%03d/log.txt.gz", n), Size: 700,
			Headers: Headers{ContentType: "text/plain", ContentEncoding: "gzip"},
		})
	}
	for n := range 30 {
		add(Object{Bucket: "ilum-ducklake", Key: fmt.Sprintf("lake/main/events/ducklake-%03d.parquet", n), Size: 12 << 10})
	}
	for n := range 80 {
		add(Object{
			Bucket: "ilum-langfuse", Key: fmt.Sprintf("events/trace-%04d.json", n), Size: 400,
			Headers: Headers{ContentType: "application/json"}, Tags: map[string]string{"project": "assistant"},
		})
	}
	return all
}

// Content returns the bytes of an object: the same for the same bucket and key.
func (o Object) Content() []byte {
	seed := fnv.New64a()
	fmt.Fprintf(seed, "%s/%s", o.Bucket, o.Key)
	source := rand.NewPCG(seed.Sum64(), 0)
	content := make([]byte, 0, o.Size+8)
	for len(content) < o.Size {
		n := source.Uint64()
		for range 8 {
			content = append(content, byte(n))
			n >>= 8
		}
	}
	return content[:o.Size]
}
