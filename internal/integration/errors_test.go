package integration

import (
	"strings"
	"testing"
)

// TestErrorsReachTheUser has each kind of mistake made under each Helm: Helm fails, and what it prints
// names the document, the field and the remedy.
func TestErrorsReachTheUser(t *testing.T) {
	minio := map[string]string{"templates/minio.yaml": store("shop-minio")}
	with := func(name, text string) map[string]string {
		return map[string]string{"templates/minio.yaml": store("shop-minio"), name: text}
	}
	tests := map[string]struct {
		chart map[string]string
		spec  string
		want  []string
	}{
		"a field that does not exist": {
			minio, "spec:\n  preUpgradeCheks: {enabled: true}\n",
			[]string{"ferry.yaml:5:3", "spec.preUpgradeCheks", `did you mean "preUpgradeChecks"`},
		},
		"an alias that the chart renders": {
			with("templates/alias.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: shop-objectstorage}\nspec: {ports: [{port: 9000}]}\n"), "",
			[]string{"Service/shop-objectstorage (shop/templates/alias.yaml)", "spec.objectStorage.alias.name", "choose another name"},
		},
		"two stores of one kind": {
			with("templates/second.yaml", store("shop-second")), "",
			[]string{"StatefulSet/shop-minio", "StatefulSet/shop-second", "spec.objectStorage.providers", "switch one off"},
		},
		"an active provider that is not enabled": {
			minio, "spec:\n  objectStorage: {activeProvider: rustfs}\n",
			[]string{"spec.objectStorage.activeProvider", "rustfs", "enabled: minio", "enable it in the chart's values"},
		},
		"a migration to a store that is not enabled": {
			minio, "spec:\n  migration: {enabled: true, from: minio, to: rustfs}\n",
			[]string{"spec.migration.to", "rustfs, which is not enabled", "enable rustfs in the chart's values"},
		},
		"a selector of claims that matches nothing": {
			minio, "spec:\n  snapshots: [{name: hourly, rpo: 1h, claims: {selector: {app: none}}}]\n",
			[]string{"spec.snapshots[0].claims", "matches no claim", `choose among ["data-shop-minio-0"]`},
		},
		"a Secret without a key of the store": {
			map[string]string{
				"templates/minio.yaml": strings.Replace(store("shop-minio"), ", rootPassword: correct horse", "", 1),
				"templates/app.yaml":   consumer,
			}, "",
			[]string{"Secret/shop-minio", `rootPassword`, "add the key to the Secret"},
		},
		"a Secret of the user's without the needed keys": {
			with("templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\nstringData: {user: a}\n"),
			"spec:\n  objectStorage: {credentials: {existingSecret: mine}}\n",
			[]string{"Secret/mine", "spec.objectStorage.credentials.existingSecret", "access-key and no secret-key", "add the keys"},
		},
		"a mirror without a destination": {
			minio, "spec:\n  objectStorage: {defaultBuckets: [orders]}\n  mirrors: [{name: offsite, rpo: 1h}]\n",
			[]string{"ferry.yaml:6:13", "spec.mirrors[0].destination.endpoint", "is missing"},
		},
		"a number where a name belongs": {
			minio, "spec:\n  objectStorage: {alias: {port: many}}\n",
			[]string{"ferry.yaml:5:", "spec.objectStorage.alias.port"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := chart(t, test.chart)
			withHelms(t, func(t *testing.T, h helm) {
				checkRefusal(t, h, append([]string{folder}, config(t, test.spec)...), test.want)
			})
		})
	}
}

func TestMistakesOnTheCommandLineReachTheUser(t *testing.T) {
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")})
	tests := map[string]struct {
		args []string
		want []string
	}{
		"no configuration":     {nil, []string{"there is no configuration", "ferry init", "--config"}},
		"a file that is not":   {[]string{"--config=nowhere.yaml"}, []string{"nowhere.yaml", "no such file", "ferry init"}},
		"a flag that is not":   {[]string{"--confg=ferry.yaml"}, []string{"unknown flag: --confg"}},
		"a value that is not":  {[]string{"--hooks=flux"}, []string{"--hooks", "helm, argocd, none"}},
		"an argument too many": {[]string{"ferry.yaml"}, []string{`"ferry.yaml"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			withHelms(t, func(t *testing.T, h helm) {
				args := []string{folder}
				for _, arg := range test.args {
					args = append(args, "--post-renderer-args", arg)
				}
				checkRefusal(t, h, args, test.want)
			})
		})
	}
}

// TestErrorsStopAnInstallation: template is not the only way to meet them.
func TestErrorsStopAnInstallation(t *testing.T) {
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")})
	h := newHelm4(t)
	_, err := h.run(t, "install", "shop", folder, "--dry-run=client", "--post-renderer", h.postRenderer)
	if err == nil || !strings.Contains(err.Error(), "there is no configuration") {
		t.Errorf("want an error about the configuration, got %v", err)
	}
}

func checkRefusal(t *testing.T, h helm, args, want []string) {
	t.Helper()
	output, err := h.run(t, append([]string{"template", "shop", "--post-renderer", h.postRenderer}, args...)...)
	if err == nil {
		t.Fatalf("Helm accepts what Ferry refuses:\n%s", output)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in what Helm prints:\n%v", part, err)
		}
	}
}
