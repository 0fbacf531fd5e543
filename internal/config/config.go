package config

import (
	"net/url"
	"strings"

	"github.com/helm-ferry/ferry/internal/provider"
)

// APIVersion and Kind identify the document.
const (
	APIVersion = "helm-ferry.dev/v1alpha1"
	Kind       = "Ferry"
)

// Config is the configuration of Ferry for one release.
//
// A field whose default is not the zero value is marshalled always: [Load] of a marshalled document
// gives an equal one.
type Config struct {
	// Always helm-ferry.dev/v1alpha1.
	APIVersion string `json:"apiVersion" jsonschema:"required,enum=helm-ferry.dev/v1alpha1"`
	// Always Ferry.
	Kind string `json:"kind" jsonschema:"required,enum=Ferry"`
	// Names the release that the document is for.
	Metadata Metadata `json:"metadata" jsonschema:"required"`
	// What Ferry adds to the release.
	Spec Spec `json:"spec"`
}

// Metadata names the document.
type Metadata struct {
	// Prefix of the name of everything that Ferry adds; usually the name of the release.
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=53"`
	// Accepted because kustomize and kpt write them into a functionConfig; ignored.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Accepted because kustomize and kpt write them into a functionConfig; ignored.
	Labels map[string]string `json:"labels,omitempty"`
	// Accepted because kustomize and kpt write it into a functionConfig; ignored.
	Namespace string `json:"namespace,omitempty"`
}

// Spec is the body of the document.
type Spec struct {
	// Image with the ferry-hook binary, for all Jobs and CronJobs. Default: the image of this version of Ferry.
	Image string `json:"image,omitempty"`
	// The object store of the release.
	ObjectStorage ObjectStorage `json:"objectStorage"`
	// The guard that refuses an upgrade which would lose data.
	PreUpgradeChecks PreUpgradeChecks `json:"preUpgradeChecks"`
	// Moving all buckets from one provider to another.
	Migration Migration `json:"migration"`
	// Scheduled copies of buckets to another endpoint.
	Mirrors []Mirror `json:"mirrors,omitempty"`
	// Scheduled VolumeSnapshots of claims.
	Snapshots []Snapshot `json:"snapshots,omitempty"`
	// Certificates in PEM that Jobs trust beside those of their image: for stores whose certificate is of an authority of your own.
	CABundle string `json:"caBundle,omitempty"`
	// Merged into the pod template of every Job: maps are merged, containers are merged by name (Ferry's is "ferry"), other lists are appended.
	PodTemplate map[string]any `json:"podTemplate,omitempty"`
}

// ObjectStorage says which store the consumers of a release talk to, and how.
type ObjectStorage struct {
	// The one Service that consumers talk to, whichever provider is active.
	Alias Alias `json:"alias"`
	// Name of the provider that the alias selects, or "auto".
	ActiveProvider string `json:"activeProvider"`
	// The provider that holds the data while two are enabled and activeProvider is auto.
	PreviousProvider string `json:"previousProvider"`
	// Moves the alias from previousProvider to the other enabled provider.
	CutoverAcknowledged bool `json:"cutoverAcknowledged,omitempty"`
	// URL of an external S3 service; enables the provider "external".
	Endpoint string `json:"endpoint,omitempty"`
	// Region of the store that the buckets are in.
	Region string `json:"region"`
	// The buckets that mirrors and migrations copy unless they name others.
	DefaultBuckets []string `json:"defaultBuckets,omitempty"`
	// The Secret with the credentials that every consumer uses.
	Credentials Credentials `json:"credentials,omitzero"`
	// Rows that extend or override the registry of providers.
	Providers []provider.Row `json:"providers,omitempty"`
	// Points consumers that name a provider's Service at the alias.
	Rewire bool `json:"rewire,omitempty"`
}

// Alias is the Service that follows the active provider.
type Alias struct {
	// Name of the Service. Default: <metadata.name>-objectstorage.
	Name string `json:"name,omitempty"`
	// Port of the Service.
	Port int32 `json:"port" jsonschema:"minimum=1,maximum=65535"`
}

// IsAlias tells whether a URL leads to the alias, by its short name or a longer one.
func (o ObjectStorage) IsAlias(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	host, _, _ := strings.Cut(parsed.Hostname(), ".")
	return host == o.Alias.Name
}

// Credentials names the Secret that consumers read.
type Credentials struct {
	// Name of the Secret that Ferry adds. Default: <alias>-credentials.
	SecretName string `json:"secretName,omitempty"`
	// Name of a Secret that exists already; Ferry then adds none.
	ExistingSecret string `json:"existingSecret,omitempty"`
}

// PreUpgradeChecks configures the guard.
type PreUpgradeChecks struct {
	// Adds the guard where the door can carry hooks.
	Enabled bool `json:"enabled"`
	// Makes it an error when the guard cannot be added.
	Required bool `json:"required,omitempty"`
	// Refuses a cutover, and to take the previous store away, unless a migration record proves it.
	RequireProof bool `json:"requireProof"`
	// Claims that may be lost: each entry names one live object, once.
	AllowLoss []AllowLoss `json:"allowLoss,omitempty"`
}

// AllowLoss gives up one live claim.
type AllowLoss struct {
	// Name of the PersistentVolumeClaim.
	Claim string `json:"claim" jsonschema:"required"`
	// Its metadata.uid, so that a later claim of the same name is not meant.
	UID string `json:"uid" jsonschema:"required"`
}

// Migration moves every bucket from one provider to another.
type Migration struct {
	// Adds the migration to the release.
	Enabled bool `json:"enabled"`
	// Provider to copy from.
	From string `json:"from,omitempty"`
	// Provider to copy to.
	To string `json:"to,omitempty"`
	// Reports what would be copied and writes nothing.
	DryRun bool `json:"dryRun,omitempty"`
	// Stops the consumers during the second pass.
	Quiesce bool `json:"quiesce"`
	// Time that the second pass may take, quiesce included.
	Deadline Duration `json:"deadline"`
	// Workloads (kind/name, for example Deployment/api) that count as consumers beside those that are detected.
	Consumers []string `json:"consumers,omitempty"`
	// Workloads (kind/name) that do not count as consumers.
	Exclude []string `json:"exclude,omitempty"`
	// What the target cannot hold and may be left behind: tags, lifecycle, versions, …
	Accept []string `json:"accept,omitempty"`
}

// Mirror is a scheduled copy of buckets to another endpoint.
type Mirror struct {
	// Name of the mirror, unique in the document.
	Name string `json:"name" jsonschema:"required,minLength=1"`
	// The age that the copy may reach; the schedule follows from it. Either rpo or schedule.
	RPO Duration `json:"rpo,omitempty"`
	// Schedule of the CronJob, in cron syntax. Either rpo or schedule.
	Schedule string `json:"schedule,omitempty"`
	// Time that one run may take.
	Deadline Duration `json:"deadline"`
	// Keeps the CronJob but starts no runs.
	Suspend bool `json:"suspend,omitempty"`
	// Where to copy to.
	Destination Destination `json:"destination" jsonschema:"required"`
	// Buckets to copy; "*" is every bucket that exists. Default: defaultBuckets.
	Buckets []string `json:"buckets,omitempty"`
	// Globs over keys: only what matches one of them is copied.
	Include []string `json:"include,omitempty"`
	// Globs over keys: what matches one of them is not copied.
	Exclude []string `json:"exclude,omitempty"`
	// Bytes per second, for example 50MiB. Empty: unlimited.
	Bandwidth Bandwidth `json:"bandwidth,omitempty"`
	// Copies versions and delete markers too.
	Versions bool `json:"versions,omitempty"`
	// Gives buckets the settings of their originals. What could hurt the data comes after it, and what the destination cannot hold is named.
	Settings bool `json:"settings,omitempty"`
	// Deleting at the destination what the source no longer has.
	Remove Remove `json:"remove"`
	// Where at the destination Ferry keeps what is its own: locks, trash, journal, reports.
	State State `json:"state,omitzero"`
}

// State is a bucket, or a prefix of one, that is Ferry's own.
type State struct {
	// Bucket at the destination; ferry-state when empty. Choose a name of your own where all customers share the names of buckets.
	Bucket string `json:"bucket,omitempty"`
	// Prefix that is Ferry's own, in a bucket that may hold other things. Empty: the whole bucket.
	Prefix string `json:"prefix,omitempty"`
}

// Destination is the S3 endpoint that a mirror writes to.
type Destination struct {
	// URL of the endpoint.
	Endpoint string `json:"endpoint" jsonschema:"required"`
	// Region of the endpoint.
	Region string `json:"region"`
	// Secret with access-key and secret-key. Empty: ambient credentials (workload identity).
	SecretName string `json:"secretName,omitempty"`
}

// Remove guards deletions at a mirror's destination.
type Remove struct {
	// Deletes at the destination what the source no longer has.
	Enabled bool `json:"enabled"`
	// Percentage of a bucket's objects that one run may delete or overwrite.
	MaxPercent int `json:"maxPercent" jsonschema:"minimum=1,maximum=100"`
	// How long deleted and overwritten objects stay in the trash.
	Trash Duration `json:"trash"`
}

// Snapshot is a schedule of VolumeSnapshots.
type Snapshot struct {
	// Name of the schedule, unique in the document.
	Name string `json:"name" jsonschema:"required,minLength=1"`
	// The claims to take snapshots of.
	Claims Claims `json:"claims,omitzero"`
	// The age that the newest snapshot may reach; the schedule follows from it. Either rpo or schedule.
	RPO Duration `json:"rpo,omitempty"`
	// Schedule of the CronJob, in cron syntax. Either rpo or schedule.
	Schedule string `json:"schedule,omitempty"`
	// VolumeSnapshotClass; chosen by driver when empty.
	Class string `json:"class,omitempty"`
	// How many snapshots are kept.
	Retention Retention `json:"retention"`
	// Commands around the snapshot.
	Hooks SnapshotHooks `json:"hooks,omitzero"`
}

// Claims selects PersistentVolumeClaims in one of three ways.
type Claims struct {
	// Claims of a provider, by name, or "active".
	Provider string `json:"provider,omitempty"`
	// Claims by name.
	Names []string `json:"names,omitempty"`
	// Claims by label.
	Selector map[string]string `json:"selector,omitempty"`
}

// Retention counts the ready snapshots that are kept.
type Retention struct {
	// The newest ones.
	Last int `json:"last" jsonschema:"minimum=1"`
	// One a day, for so many days.
	Daily int `json:"daily" jsonschema:"minimum=0"`
	// One a week, for so many weeks.
	Weekly int `json:"weekly" jsonschema:"minimum=0"`
	// Failed ones, for diagnosis.
	Failed int `json:"failed" jsonschema:"minimum=0"`
}

// SnapshotHooks are commands that run in the provider's pod.
type SnapshotHooks struct {
	// Before the snapshot.
	Pre []string `json:"pre,omitempty"`
	// After it, also when it failed.
	Post []string `json:"post,omitempty"`
}
