package charts_test

import (
	"strings"
	"testing"
)

// refusals are values that the charts do not render, and what Helm then says.
var refusals = map[string]struct {
	set  []string // arguments of --set
	want string
}{
	"two migrations": {
		[]string{"migration.minioToRustfs.enabled=true", "migration.rustfsToMinio.enabled=true"},
		"migration.minioToRustfs.enabled and migration.rustfsToMinio.enabled are all true, and a release migrates one pair at a time: set all but one to false",
	},
	"no source": {
		[]string{"migration.minioToRustfs.enabled=true", "minio.enabled=false"},
		"migration.minioToRustfs.enabled=true copies between two running stores: set minio.enabled=true, or migration.minioToRustfs.enabled=false",
	},
	"no source of a move that activeProvider takes back": {
		[]string{
			"migration.minioToRustfs.enabled=true", "minio.enabled=false", "objectStorage.cutoverAcknowledged=true", "objectStorage.activeProvider=minio",
		},
		"migration.minioToRustfs.enabled=true copies between two running stores: set minio.enabled=true, or migration.minioToRustfs.enabled=false",
	},
	"no target of a move that is over": {
		[]string{"migration.minioToRustfs.enabled=true", "rustfs.enabled=false", "objectStorage.cutoverAcknowledged=true"},
		"migration.minioToRustfs.enabled=true copies between two running stores: set rustfs.enabled=true, or migration.minioToRustfs.enabled=false",
	},
	"no side at all": {
		[]string{"migration.minioToRustfs.enabled=true", "minio.enabled=false", "rustfs.enabled=false", "history.enabled=false"},
		"migration.minioToRustfs.enabled=true copies between two running stores: set minio.enabled=true and rustfs.enabled=true, or migration.minioToRustfs.enabled=false",
	},
	"target of a user's row": {
		[]string{"migration.minioToRcloneS3.enabled=true"},
		"migration.minioToRcloneS3.enabled=true copies between two running stores: set rcloneS3.enabled=true, or migration.minioToRcloneS3.enabled=false",
	},
	"misspelt dry run": {
		[]string{"migration.minioToRustfs.enabled=true", "migration.minioToRustfs.dryrun=true"},
		"migration.minioToRustfs.dryrun is not a value of Ferry: did you mean migration.minioToRustfs.dryRun?",
	},
	"unknown value of a migration": {
		[]string{"migration.minioToRustfs.pause=true"},
		"migration.minioToRustfs.pause is not a value of Ferry: there are enabled, dryRun, quiesce, deadline, consumers, exclude, accept",
	},
	"misspelt pair": {
		[]string{"migration.minioTorustfs.enabled=true"},
		"migration.minioTorustfs is not a value of Ferry: a migration is named after its pair, <from>To<To>; did you mean migration.minioToRustfs?",
	},
	"pair with dashes": {
		[]string{"migration.minio-to-ceph-rgw.enabled=true"},
		"did you mean migration.minioToCephRgw?",
	},
	"migration without a pair": {
		[]string{"migration.enabled=true"},
		"migration.enabled is not a value of Ferry: a migration is named after its pair, <from>To<To>; for example migration.minioToRustfs.enabled=true",
	},
	"sides of the config document": {
		[]string{"migration.from=minio"},
		"migration.from is not a value of Ferry: ",
	},
	"a migration that is off and misspelt": {
		[]string{"migration.dryRun=false"},
		"migration.dryRun is not a value of Ferry: ",
	},
	"misspelt provider": {
		[]string{"objectStorage.activeProvidr=rustfs"},
		"objectStorage.activeProvidr is not a value of Ferry: there are alias, activeProvider, previousProvider, cutoverAcknowledged, endpoint, region, defaultBuckets, credentials, providers, rewire",
	},
	"map of another below objectStorage": {
		[]string{"objectStorage.console.enabled=true"},
		"objectStorage.console is not a value of Ferry: ",
	},
	"misspelt guard": {
		[]string{"preUpgradeChecks.requird=true"},
		"preUpgradeChecks.requird is not a value of Ferry: there are enabled, required, requireProof, allowLoss",
	},
	"guard in the wrong case": {
		[]string{"preUpgradeChecks.require_proof=true"},
		"preUpgradeChecks.require_proof is not a value of Ferry: did you mean preUpgradeChecks.requireProof?",
	},
	"pair without values": {
		[]string{"migration.minioToRustfs=true"},
		"migration.minioToRustfs must hold values, for example migration.minioToRustfs.enabled=true",
	},
	"pair with two readings": {
		[]string{"migration.minioToGoToRustfs.enabled=true"},
		"migration.minioToGoToRustfs can be read in more than one way: name both providers in a ferry.yaml and pass it with --config",
	},
	"text for a switch": {
		[]string{"migration.minioToRustfs.enabled=yes"},
		`migration.minioToRustfs.enabled must be true or false, not the string "yes"`,
	},
	"text for the dry run": {
		[]string{"migration.minioToRustfs.dryRun=yes"},
		`migration.minioToRustfs.dryRun must be true or false, not the string "yes"`,
	},
	"text for the acknowledgement": {
		[]string{"objectStorage.cutoverAcknowledged=no"},
		`objectStorage.cutoverAcknowledged must be true or false, not the string "no"`,
	},
	"text for its old name": {
		[]string{"rustfs.migrationAcknowledged=no"},
		`rustfs.migrationAcknowledged must be true or false, not the string "no"`,
	},
	"values below the dependency": {
		[]string{"ferry.objectStorage.activeProvider=rustfs"},
		"ferry.objectStorage is read by nobody: set objectStorage instead, the values of Ferry stand at the top level",
	},
	"text for the condition": {
		[]string{"ferry.enabled=no"},
		`ferry.enabled must be true or false, not the string "no"`,
	},
	"scalar for a map": {
		[]string{"preUpgradeChecks=on"},
		"preUpgradeChecks must be a map of values, not string",
	},
	"no credentials": {
		[]string{"versitygw.enabled=true"},
		"versitygw.auth.accessKey is missing: set it and versitygw.auth.secretKey, or versitygw.auth.existingSecret",
	},
	"no store": {
		[]string{"minio.enabled=false", "rustfs.enabled=false"},
		"no store: set rustfs.enabled, minio.enabled, versitygw.enabled or rcloneS3.enabled to true, or objectStorage.endpoint",
	},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				expectRefusal(t, helm, refusal.want, append(setting(refusal.set), "--skip-schema-validation")...)
			})
		})
	}
}

// schemaRefusals are values that the schema of a chart rejects, and what Helm then names.
var schemaRefusals = map[string]struct{ set, want string }{
	"unknown value of objectStorage":    {"objectStorage.cutoverAcknowleged=true", "cutoverAcknowleged"},
	"unknown value of preUpgradeChecks": {"preUpgradeChecks.mandatory=true", "mandatory"},
	"unknown value of a migration":      {"migration.minioToRustfs.dryrun=true", "dryrun"},
	"name that is no pair":              {"migration.minio2rustfs.enabled=true", "minio2rustfs"},
	"unknown value of a mirror":         {"mirrors[0].destnation.endpoint=https://s3.example.com", "destnation"},
	"mirror without destination":        {"mirrors[0].name=offsite", "destination"},
	"text for a switch":                 {"preUpgradeChecks.enabled=yes", "preUpgradeChecks"},
	"values below the dependency":       {"ferry.objectStorage.activeProvider=rustfs", "objectStorage"},
	"unknown value of a sub-chart":      {"minio.persistence.sise=1Gi", "sise"},
	"unknown mode":                      {"minio.mode=distributed", "mode"},
}

func TestSchemaRefusals(t *testing.T) {
	t.Parallel()
	for name, refusal := range schemaRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				expectRefusal(t, helm, refusal.want, setting([]string{refusal.set})...)
			})
		})
	}
}

// expectRefusal renders the demo with more arguments and expects Helm to fail with that text.
func expectRefusal(t *testing.T, helm, want string, args ...string) {
	t.Helper()
	args = append([]string{"template", "ilum", "lakehouse", "--values", "lakehouse/demo-values.yaml"}, args...)
	out, err := run(t, helm, args...)
	if err == nil {
		t.Fatalf("helm rendered\n%s", out)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("helm says\n%v\nwant in it\n%s", err, want)
	}
}

// setting turns values into arguments of Helm.
func setting(values []string) []string {
	var args []string
	for _, value := range values {
		args = append(args, "--set", value)
	}
	return args
}
