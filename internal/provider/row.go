package provider

import "cmp"

// LabelName is the label by which a pod is taken for the provider that it names.
const LabelName = "app.kubernetes.io/name"

// Row describes one S3-compatible store.
type Row struct {
	// Name of the provider: minio, rustfs, … A name of the registry overrides
	// that row, field by field; any other adds a row.
	Name string `json:"name"`
	// External providers have no workload in the cluster: they are reached by an
	// endpoint alone.
	External bool `json:"external,omitempty"`
	// Match recognises the provider's workload in the rendered manifests. Any of
	// the entries is enough. A row with a new name is also recognised by the label
	// app.kubernetes.io/name with the row's name.
	Match []Match `json:"match,omitempty"`
	// Parts recognises the other workloads that belong to the store without
	// serving S3: they may hold its data or show its console, and do not consume it.
	Parts []Match `json:"parts,omitempty"`
	// Selector selects the pods of a store that another release runs. The provider
	// counts as enabled without a workload in the manifests.
	Selector map[string]string `json:"selector,omitempty"`
	// Port of the container that serves S3, unless one of portNames is declared.
	// Overriding the port of a known provider drops its portNames.
	Port int32 `json:"port,omitempty"`
	// PortNames are the names by which charts declare the container port that
	// serves S3, in order of preference.
	PortNames []string `json:"portNames,omitempty"`
	// Scheme of the S3 port: http (default) or https.
	Scheme string `json:"scheme,omitempty"`
	// Credentials tells how the workload is given its root credentials.
	Credentials Credentials `json:"credentials,omitzero"`
	// HealthPath is the path on the S3 port that answers 200 without credentials
	// when the store is ready; empty when it has none.
	HealthPath string `json:"healthPath,omitempty"`
	// Lacks lists what the store cannot hold: acl, bucket-tags, cors, encryption,
	// lifecycle, lock, nested-keys, notification, policy, tags, versions, website.
	Lacks []string `json:"lacks,omitempty"`
}

// Match is one way to recognise a workload. All conditions that are set must
// hold, those about a container for one and the same container.
type Match struct {
	// Images are patterns for the repository of the container's image, without
	// registry, tag and digest, compared from the end. Any of them is enough.
	Images []string `json:"images,omitempty"`
	// Labels that the pod must carry.
	Labels map[string]string `json:"labels,omitempty"`
	// NotLabels that the pod must not carry with this value.
	NotLabels map[string]string `json:"notLabels,omitempty"`
	// Args are words of the container's command line, each of which must occur.
	// The text of a shell script counts word by word.
	Args []string `json:"args,omitempty"`
	// DeclaresPort demands that the container declares the port that serves S3:
	// one of the row's portNames, or its port.
	DeclaresPort bool `json:"declaresPort,omitempty"`
}

// Credentials tells how a workload is given its root credentials, or where Ferry finds them.
type Credentials struct {
	// AccessKeyEnv are the environment variables that hold the access key, in
	// order of preference.
	AccessKeyEnv []string `json:"accessKeyEnv,omitempty"`
	// SecretKeyEnv are the environment variables that hold the secret key, in
	// order of preference.
	SecretKeyEnv []string `json:"secretKeyEnv,omitempty"`
	// FileSuffix, appended to one of these names, gives the variable that holds
	// the path of a file with the value; empty when the provider knows none.
	FileSuffix string `json:"fileSuffix,omitempty"`
	// SecretKeys are the pairs of keys under which charts keep the credentials in
	// a Secret, in order of preference.
	SecretKeys []KeyPair `json:"secretKeys,omitempty"`
	// SecretName is the Secret that Ferry's Jobs open the store with, in place of what
	// its workload shows. A store outside the release shows none.
	SecretName string `json:"secretName,omitempty"`
	// AccessKeyKey is the key of that Secret with the access key; access-key when empty.
	AccessKeyKey string `json:"accessKeyKey,omitempty"`
	// SecretKeyKey is the key of that Secret with the secret key; secret-key when empty.
	SecretKeyKey string `json:"secretKeyKey,omitempty"`
}

// InSecret returns the keys of SecretName that hold the credentials.
func (c Credentials) InSecret() KeyPair {
	return KeyPair{AccessKey: cmp.Or(c.AccessKeyKey, "access-key"), SecretKey: cmp.Or(c.SecretKeyKey, "secret-key")}
}

// KeyPair names the two keys of a Secret that hold credentials.
type KeyPair struct {
	// AccessKey is the key that holds the access key.
	AccessKey string `json:"accessKey"`
	// SecretKey is the key that holds the secret key.
	SecretKey string `json:"secretKey"`
}

// What a store may be unable to hold, for [Row.Lacks].
const (
	ACL          = "acl"          // access control lists other than the owner's
	BucketTags   = "bucket-tags"  // tags of a bucket
	CORS         = "cors"         // cross-origin rules of a bucket
	Encryption   = "encryption"   // default encryption of a bucket
	Lifecycle    = "lifecycle"    // expiry and transition rules of a bucket
	Lock         = "lock"         // object lock: retention and legal hold
	NestedKeys   = "nested-keys"  // an object a beside an object a/b
	Notification = "notification" // event notifications of a bucket
	Policy       = "policy"       // bucket policy
	Tags         = "tags"         // tags of an object
	Versions     = "versions"     // versions of an object and delete markers
	Website      = "website"      // static website settings of a bucket
)

// Features returns everything that [Row.Lacks] may list, sorted.
func Features() []string {
	return []string{
		ACL, BucketTags, CORS, Encryption, Lifecycle, Lock, NestedKeys, Notification, Policy, Tags, Versions, Website,
	}
}
