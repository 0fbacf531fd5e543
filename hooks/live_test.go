package hooks_test

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/config"
)

// bound is a live claim with data in it.
func bound(name string) hooks.LiveClaim {
	return hooks.LiveClaim{Name: name, UID: "uid-" + name, Phase: "Bound", Size: "30Gi", Volume: "pv-" + name}
}

func keptLive(name string) hooks.LiveClaim {
	claim := bound(name)
	claim.Annotations = map[string]string{"helm.sh/resource-policy": "keep"}
	return claim
}

func inPhase(name, phase string) hooks.LiveClaim {
	claim := bound(name)
	claim.Phase = phase
	return claim
}

func ownedBy(name, kind, owner string) hooks.LiveClaim {
	claim := bound(name)
	claim.Owners = []hooks.Owner{{Kind: kind, Name: owner, UID: "uid-" + owner}}
	return claim
}

func liveSet(name string, replicas int, whenDeleted, whenScaled string) hooks.LiveSet {
	return hooks.LiveSet{Name: name, UID: "uid-" + name, Replicas: replicas, WhenDeleted: whenDeleted, WhenScaled: whenScaled}
}

// liveCase is a row of TestJudgeLive.
type liveCase struct {
	spec          string
	current, next string
	live          hooks.Live
	record        *record.Record
	revision      int
	rollback      bool
	prunes        bool

	fates   string // claim:fate, in order, those of claims only
	refused bool
	verdict string // part of it
	arms    string // Kind/name
}

func (c liveCase) situation(t *testing.T) hooks.Situation {
	t.Helper()
	cfg, err := config.Load("ferry.yaml", []byte(header+"  "+c.spec+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	s := hooks.Situation{Release: "ilum", Revision: c.revision, Rollback: c.rollback, Prunes: c.prunes, Config: cfg, Live: &c.live, Record: c.record}
	for _, m := range []struct {
		to   *hooks.Manifest
		text string
	}{{&s.Current, c.current}, {&s.Next, c.next}} {
		if *m.to, err = hooks.Load(m.text, cfg); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func proven(from, to string, revision int) *record.Record {
	return &record.Record{From: from, To: to, Revision: revision, State: record.Proven}
}

var (
	db       = set("db", "postgres:17", "data", 1, "")
	minio    = set("shop-minio", "minio/minio:1", "data", 4, "")
	rustfs   = set("shop-rustfs", "rustfs/rustfs:1", "data", 1, "")
	retain   = []hooks.LiveSet{liveSet("db", 1, "Retain", "Retain")}
	fourOf   = []hooks.LiveClaim{bound("data-shop-minio-0"), bound("data-shop-minio-1"), bound("data-shop-minio-2"), bound("data-shop-minio-3")}
	both     = append(append([]hooks.LiveClaim{}, fourOf...), bound("data-shop-rustfs-0"))
	uploads  = claim("uploads", "")
	mounting = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "example.com/web:1"}]
      volumes: [{name: v, persistentVolumeClaim: {claimName: CLAIM}}]
`
	cutover = `---
apiVersion: batch/v1
kind: Job
metadata:
  name: shop-cutover
  labels: {app.kubernetes.io/part-of: ferry, app.kubernetes.io/component: migration, helm-ferry.dev/name: shop}
  annotations: {helm.sh/hook: "pre-upgrade,pre-rollback"}
`
)

func mounts(claim string) string { return strings.ReplaceAll(mounting, "CLAIM", claim) }

func unset(set string) string { return strings.ReplaceAll(set, "  replicas: 1\n", "") }

var liveCases = map[string]liveCase{
	// what is never refused
	"a first installation":     {next: db + uploads, fates: ""},
	"a first PreSync":          {next: db + uploads, prunes: true, spec: "preUpgradeChecks: {allowLoss: [{claim: gone, uid: x}]}", fates: ""},
	"nothing changes":          {current: db + uploads, next: db + uploads, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged uploads:unchanged"},
	"a chart version":          {current: db, next: strings.ReplaceAll(db, "postgres:17", "postgres:18"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:unchanged"},
	"a claim grows":            {current: uploads, next: strings.ReplaceAll(uploads, "}\n", "}\nspec: {resources: {requests: {storage: 20Gi}}}\n"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}}, fates: "uploads:unchanged"},
	"more replicas":            {current: db, next: strings.ReplaceAll(db, "replicas: 1", "replicas: 3"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:unchanged"},
	"fewer replicas":           {current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2"), next: db, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: retain}, fates: "data-db-0:unchanged data-db-1:kept"},
	"a claim that is not live": {current: uploads, next: "", fates: ""},
	"a claim that was never bound": {
		current: uploads, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{inPhase("uploads", "Pending")}}, fates: "uploads:deleted", verdict: "uploads (empty)",
	},
	"a claim that lost its volume": {current: uploads, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{inPhase("uploads", "Lost")}}, fates: "uploads:deleted"},
	"a live claim that is kept":    {current: uploads, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{keptLive("uploads")}}, fates: "uploads:kept", verdict: "left behind: uploads"},
	"a set goes":                   {current: db, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:orphaned", verdict: "left behind: data-db-0"},
	"a set becomes a Deployment of its claim": {
		current: db, next: mounts("data-db-0"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:in use",
	},
	"a kept claim becomes an existing one": {
		current: uploads, next: mounts("uploads"), live: hooks.Live{Claims: []hooks.LiveClaim{keptLive("uploads")}}, fates: "uploads:in use",
	},
	"a claim that somebody has deleted": {
		current: uploads, next: uploads, live: hooks.Live{Claims: []hooks.LiveClaim{{Name: "uploads", UID: "1", Phase: "Bound", Size: "1Gi", Going: true}}}, fates: "uploads:unchanged",
		verdict: "PASS: no claim of 1 is lost; being deleted already, as soon as their pods end: uploads",
	},
	"one of two claims goes, kept": {
		current: uploads + claim("cache", ""), next: claim("cache", ""), live: hooks.Live{Claims: []hooks.LiveClaim{keptLive("uploads"), bound("cache")}}, fates: "uploads:kept cache:unchanged",
	},
	"a rollback that drops no claim": {current: db + uploads, next: db + uploads, rollback: true, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged uploads:unchanged"},
	"an atomic rollback after a refusal": {
		current: rustfs + alias("rustfs"), next: minio + alias("minio"), rollback: true, live: hooks.Live{Claims: fourOf, Selected: "minio"}, fates: "",
	},
	"a rollback to an allowance of its day": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: gone, uid: x}]}", current: db, next: db, rollback: true,
		live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:unchanged",
	},
	"a claim of somebody else's": {current: db, next: db, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("theirs"), bound("data-mydb-0")}, Sets: retain}, fates: "data-db-0:unchanged"},
	"a store that was never active goes": {
		current: minio + rustfs + alias("minio"), next: minio + alias("minio"), live: hooks.Live{Claims: both, Selected: "minio"},
		fates: "data-shop-minio-0:unchanged data-shop-minio-1:unchanged data-shop-minio-2:unchanged data-shop-minio-3:unchanged data-shop-rustfs-0:orphaned",
	},

	// what is lost without the guard
	"a rendered claim goes": {
		current: uploads, next: "", revision: 8, live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}}, fates: "uploads:deleted", refused: true,
		verdict: "REFUSED: upgrade to revision 8 would delete 1 claim (uploads; 30 GiB): go on rendering it, or annotate the live claim with helm.sh/resource-policy: keep",
		arms:    "PersistentVolumeClaim/uploads",
	},
	"a rollback that drops a claim": {current: uploads, next: "", rollback: true, live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}}, fates: "uploads:deleted", refused: true, verdict: "the rollback would delete", arms: "PersistentVolumeClaim/uploads"},
	"the manifest in force has it kept, the live claim does not": {
		current: claim("uploads", keepIt), next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}}, fates: "uploads:deleted", refused: true, arms: "PersistentVolumeClaim/uploads",
	},
	"Argo CD does not mind Helm's annotation": {current: uploads, next: "", prunes: true, live: hooks.Live{Claims: []hooks.LiveClaim{keptLive("uploads")}}, fates: "uploads:deleted", refused: true, verdict: "Prune=false", arms: "PersistentVolumeClaim/uploads"},
	"a rendered claim is renamed":             {current: uploads, next: claim("media", ""), live: hooks.Live{Claims: []hooks.LiveClaim{keptLive("uploads")}}, fates: "uploads:stranded", refused: true},
	"a template is renamed":                   {current: db, next: set("db", "postgres:17", "store", 1, ""), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:stranded", refused: true},
	"fullnameOverride": {
		current: minio, next: set("store", "minio/minio:1", "data", 4, ""), live: hooks.Live{Claims: fourOf[:1]}, fates: "data-shop-minio-0:stranded", refused: true,
	},
	"a claim becomes a hook": {
		current: uploads, next: claim("uploads", ", annotations: {helm.sh/hook: pre-upgrade}"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}}, fates: "uploads:recreated", refused: true,
	},
	"a claim is a hook in both": {
		current: db, next: db + claim("uploads", ", annotations: {helm.sh/hook: \"pre-install,pre-upgrade\"}"),
		live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged uploads:recreated", refused: true,
	},
	"a claim is a hook of installations": {
		current: db, next: db + claim("uploads", ", annotations: {helm.sh/hook: pre-install}"), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged",
	},
	"a claim is a hook of upgrades, and this is a rollback": {
		current: db, next: db + claim("uploads", ", annotations: {helm.sh/hook: pre-upgrade}"), rollback: true,
		live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged",
	},
	"a claim is a hook that is never deleted": {
		current: db, next: db + claim("uploads", ", annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-failed}"),
		live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("uploads")}, Sets: retain}, fates: "data-db-0:unchanged",
	},
	"a set goes, whenDeleted Delete live": {
		current: db, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: []hooks.LiveSet{liveSet("db", 1, "Delete", "Retain")}},
		fates: "data-db-0:garbage-collected", refused: true, arms: "StatefulSet/db",
	},
	"a set goes, its policy is Retain again, and the claim is still its own": {
		current: db, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{ownedBy("data-db-0", "StatefulSet", "db")}, Sets: retain},
		fates: "data-db-0:garbage-collected", refused: true, arms: "StatefulSet/db",
	},
	"a set goes, whenDeleted Delete, and its claim is rendered now": {
		current: db, next: claim("data-db-0", ""), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: []hooks.LiveSet{liveSet("db", 1, "Delete", "Retain")}},
		fates: "data-db-0:garbage-collected", refused: true, arms: "StatefulSet/db",
	},
	"the manifest says Delete, the live set Retain": {
		current: db + deleteIt, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0")}, Sets: retain}, fates: "data-db-0:orphaned",
	},
	"what owns a claim goes": {
		current: uploads + mounts("uploads"), next: uploads, live: hooks.Live{Claims: []hooks.LiveClaim{ownedBy("uploads", "Deployment", "web")}}, fates: "uploads:garbage-collected", refused: true,
	},
	"fewer replicas, whenScaled Delete to come": {
		current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2"), next: db + deleteScaled, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: retain},
		fates: "data-db-0:unchanged data-db-1:garbage-collected", refused: true, verdict: "persistentVolumeClaimRetentionPolicy.whenScaled: Retain",
	},
	"fewer replicas, whenScaled Delete live": {
		current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2"), next: db,
		live:  hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: []hooks.LiveSet{liveSet("db", 2, "Retain", "Delete")}},
		fates: "data-db-0:unchanged data-db-1:garbage-collected", refused: true,
	},
	"fewer replicas, whenScaled Delete is taken out": {
		current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2") + deleteScaled, next: db,
		live:  hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-1")}, Sets: []hooks.LiveSet{liveSet("db", 2, "Retain", "Delete")}},
		fates: "data-db-1:kept",
	},
	"scaled by hand, and the upgrade scales back": {
		current: db, next: db, live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: []hooks.LiveSet{liveSet("db", 2, "Retain", "Delete")}},
		fates: "data-db-0:unchanged data-db-1:garbage-collected", refused: true,
	},
	"an autoscaler has the replicas": {
		current: unset(db), next: unset(db), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: []hooks.LiveSet{liveSet("db", 2, "Retain", "Delete")}},
		fates: "data-db-0:unchanged data-db-1:unchanged",
	},
	"an autoscaler gets the replicas": {
		current: db, next: unset(db), live: hooks.Live{Claims: []hooks.LiveClaim{bound("data-db-0"), bound("data-db-1")}, Sets: []hooks.LiveSet{liveSet("db", 2, "Retain", "Delete")}},
		fates: "data-db-0:unchanged data-db-1:garbage-collected", refused: true,
	},
	"scaled by hand, and the set goes": {
		current: minio + alias("minio"), next: "", live: hooks.Live{Claims: append([]hooks.LiveClaim{bound("data-shop-minio-4")}, fourOf...), Selected: "minio"},
		fates: "data-shop-minio-0:orphaned data-shop-minio-1:orphaned data-shop-minio-2:orphaned data-shop-minio-3:orphaned data-shop-minio-4:orphaned", refused: true,
		verdict: "orphan 5 claims of minio (150 GiB)",
	},

	// losses that are allowed
	"a loss that is allowed": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: uploads, uid: uid-uploads}]}", current: uploads, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}},
		fates: "uploads:deleted", verdict: "uploads (loss allowed)",
	},
	"the loss of another claim of its name": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: uploads, uid: older}]}", current: uploads, next: uploads, live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}},
		fates: "uploads:unchanged", refused: true, verdict: "names uploads with the uid older, and the live claim has uid-uploads: it is another claim",
	},
	"the uid is wrong, and the claim would be lost": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: uploads, uid: older}]}", current: uploads, next: "", live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}},
		fates: "uploads:deleted", refused: true, verdict: "would delete 1 claim", arms: "PersistentVolumeClaim/uploads",
	},
	"an entry of a claim that is gone": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: gone, uid: x}]}", current: uploads, next: uploads, live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads")}},
		fates: "uploads:unchanged", refused: true, verdict: "allowLoss names gone, which the release does not have: remove the entry",
	},
	"one loss is allowed, another is not": {
		spec: "preUpgradeChecks: {allowLoss: [{claim: uploads, uid: uid-uploads}]}", current: uploads + claim("media", ""), next: "",
		live: hooks.Live{Claims: []hooks.LiveClaim{bound("uploads"), bound("media")}}, fates: "uploads:deleted media:deleted", refused: true,
		verdict: "delete 1 claim (media", arms: "PersistentVolumeClaim/media",
	},

	// stores
	"the active store goes": {
		current: minio + alias("minio"), next: rustfs + alias("rustfs"), revision: 8, live: hooks.Live{Claims: fourOf, Selected: "minio"}, refused: true,
		fates:   "data-shop-minio-0:orphaned data-shop-minio-1:orphaned data-shop-minio-2:orphaned data-shop-minio-3:orphaned",
		verdict: "REFUSED: upgrade to revision 8 would orphan 4 claims of minio (120 GiB): set minio.enabled=true, or migrate first: helm ferry migrate ilum CHART --from minio --to rustfs",
	},
	"the active store goes, acknowledged, and nothing proves it": {
		spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		fates: "data-shop-minio-3:orphaned data-shop-rustfs-0:unchanged", refused: true,
	},
	"the active store goes, acknowledged and proven": {
		spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		record: proven("minio", "rustfs", 8), revision: 8, fates: "data-shop-minio-3:orphaned data-shop-rustfs-0:unchanged",
	},
	"the active store goes, proven and not acknowledged": {
		current: minio + rustfs + alias("minio"), next: rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		record: proven("minio", "rustfs", 8), revision: 8, fates: "data-shop-minio-3:orphaned data-shop-rustfs-0:unchanged", refused: true,
	},
	"the record is of an earlier attempt": {
		spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		record: proven("minio", "rustfs", 7), revision: 8, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged", refused: true, verdict: "no record proves",
	},
	"the record is superseded": {
		spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		record: &record.Record{From: "minio", To: "rustfs", Revision: 8, State: record.Superseded}, revision: 8, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged", refused: true,
	},
	"the record is of another pair": {
		spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "minio"},
		record: proven("garage", "rustfs", 8), revision: 8, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged", refused: true,
	},
	"the alias moves, and the cutover proves it": {
		spec: "objectStorage: {cutoverAcknowledged: true}\n  migration: {enabled: true, from: minio, to: rustfs}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs") + cutover,
		live: hooks.Live{Claims: both[3:], Selected: "minio"}, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged",
	},
	"the alias moves, and the migration is a dry run": {
		spec: "objectStorage: {cutoverAcknowledged: true}\n  migration: {enabled: true, dryRun: true, from: minio, to: rustfs}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs") + cutover,
		live: hooks.Live{Claims: both[3:], Selected: "minio"}, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged", refused: true,
	},
	"the alias moves on trust": {
		spec: "objectStorage: {cutoverAcknowledged: true}\n  preUpgradeChecks: {requireProof: false}", current: minio + rustfs + alias("minio"), next: minio + rustfs + alias("rustfs"),
		live: hooks.Live{Claims: both[3:], Selected: "minio"}, fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged",
	},
	"a rollback to the store before": {
		current: minio + rustfs + alias("rustfs"), next: minio + rustfs + alias("minio"), rollback: true, live: hooks.Live{Claims: both[3:], Selected: "rustfs"}, record: proven("minio", "rustfs", 8), revision: 9,
		fates: "data-shop-minio-3:unchanged data-shop-rustfs-0:unchanged", refused: true, verdict: "would move the alias from rustfs to minio",
	},
	"the store before is retired, proven": {
		current: minio + rustfs + alias("rustfs"), next: rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "rustfs"}, record: proven("minio", "rustfs", 8), revision: 11,
		fates: "data-shop-minio-3:orphaned data-shop-rustfs-0:unchanged", verdict: "left behind: data-shop-minio-3",
	},
	"the store before is retired, not proven": {
		current: minio + rustfs + alias("rustfs"), next: rustfs + alias("rustfs"), live: hooks.Live{Claims: both[3:], Selected: "rustfs"},
		fates: "data-shop-minio-3:orphaned data-shop-rustfs-0:unchanged", refused: true, verdict: "orphan 1 claim of minio (data-shop-minio-3; 30 GiB)",
	},
	"a store outside the release is left": {
		current: minio + outside(""), next: minio + alias("minio"), live: hooks.Live{Claims: fourOf[:1]}, fates: "data-shop-minio-0:unchanged", refused: true, verdict: "from external to minio",
	},
	"a store outside the release is left, and an alias from before it is there": {
		current: minio + outside(""), next: minio + alias("minio"), live: hooks.Live{Claims: fourOf[:1], Selected: "minio"}, fates: "data-shop-minio-0:unchanged", refused: true, verdict: "from external to minio",
	},
	"a first installation that knows a store outside": {
		spec: "objectStorage: {endpoint: \"https://s3.example.com\", activeProvider: minio, providers: [{name: external, external: true}]}", current: "", next: minio + outside("") + alias("minio"), fates: "",
	},
	"Ferry comes, and the store would be one outside at once": {
		spec: "objectStorage: {endpoint: \"https://s3.example.com\", activeProvider: external}", current: minio, next: minio + outside("external"), live: hooks.Live{Claims: fourOf[:1]},
		fates: "data-shop-minio-0:unchanged", refused: true, verdict: "from minio to external",
	},
	"the store before the one outside is retired": {
		spec: "objectStorage: {endpoint: \"https://s3.example.com\", activeProvider: external}", current: minio + outside("external"), next: outside("external"),
		live: hooks.Live{Claims: fourOf[:1], Selected: "external"}, record: proven("minio", "external", 8), revision: 11, fates: "data-shop-minio-0:orphaned", verdict: "left behind: data-shop-minio-0",
	},
}

// outside is the configuration of a release whose store is outside of it, with the label that says so to the
// cluster.
func outside(provider string) string {
	label := ""
	if provider != "" {
		label = ", helm-ferry.dev/provider: " + provider
	}
	return `---
apiVersion: v1
kind: ConfigMap
metadata: {name: shop-ferry, labels: {helm-ferry.dev/config: "true"` + label + `}}
data:
  ferry.yaml: |
    apiVersion: helm-ferry.dev/v1alpha1
    kind: Ferry
    metadata: {name: shop}
    spec: {objectStorage: {endpoint: "https://s3.example.com", activeProvider: external}}
`
}

func TestJudgeLive(t *testing.T) {
	for name, test := range liveCases {
		t.Run(name, func(t *testing.T) {
			if test.spec == "" {
				test.spec = "objectStorage: {}"
			}
			plan := hooks.Judge(test.situation(t))
			var fates, arms []string
			for _, claim := range plan.Claims {
				fates = append(fates, claim.Claim+":"+string(claim.Fate))
				if claim.Refused && (claim.Danger == "" || claim.Remedy == "") {
					t.Errorf("%s: no danger or no remedy: %+v", claim.Claim, claim)
				}
			}
			for _, arm := range plan.Arms {
				arms = append(arms, arm.Kind+"/"+arm.Name)
			}
			if got := strings.Join(fates, " "); got != test.fates {
				t.Errorf("fates:\n got %s\nwant %s", got, test.fates)
			}
			if plan.Refused != test.refused {
				t.Errorf("refused is %t, want %t", plan.Refused, test.refused)
			}
			if got := strings.Join(arms, " "); got != test.arms {
				t.Errorf("arms %q, want %q", got, test.arms)
			}
			if !strings.Contains(plan.Verdict, test.verdict) || strings.HasPrefix(plan.Verdict, "REFUSED: ") != test.refused || strings.Contains(plan.Verdict, "\n") {
				t.Errorf("verdict: %s\nwant: %s", plan.Verdict, test.verdict)
			}
		})
	}
}
