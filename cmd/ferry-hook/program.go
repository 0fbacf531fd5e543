package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/kube"
)

// program is what all commands share.
type program struct {
	streams cli.Streams
	// getenv reads the environment, which holds the credentials.
	getenv func(string) string
	// patience is how long a run waits for a store that does not answer yet: the Job of a migration
	// starts in the same moment as the store that it copies to.
	patience time.Duration
	// cluster opens the cluster that the release is in.
	cluster func() (kube.Client, error)
	// resolver is the file that says how names are looked up.
	resolver string
}

func newProgram(getenv func(string) string) program {
	return program{getenv: getenv, patience: 5 * time.Minute, cluster: openCluster(getenv), resolver: "/etc/resolv.conf"}
}

// openCluster opens the cluster that the pod runs in, or outside of one that of KUBECONFIG.
func openCluster(getenv func(string) string) func() (kube.Client, error) {
	return func() (kube.Client, error) {
		if file := getenv("KUBECONFIG"); file != "" && getenv("KUBERNETES_SERVICE_HOST") == "" {
			return kube.Open(kube.Access{Kubeconfig: file})
		}
		return kube.InCluster()
	}
}

// root builds the command tree.
func (p program) root(streams cli.Streams) *cobra.Command {
	p.streams = streams
	root := &cobra.Command{
		Use:   "ferry-hook",
		Short: "Guard upgrades, and copy and compare the buckets of a release, inside the cluster",
		Long: `Guard upgrades, and copy and compare the buckets of a release, inside the cluster.

Ferry's Jobs and CronJobs call it; their pods mount the configuration at ` + defaultConfig + `. Those that copy get
the credentials of both stores from Secrets, in the environment:

  FERRY_SOURCE_ACCESS_KEY       FERRY_DESTINATION_ACCESS_KEY
  FERRY_SOURCE_SECRET_KEY       FERRY_DESTINATION_SECRET_KEY
  FERRY_SOURCE_SESSION_TOKEN    FERRY_DESTINATION_SESSION_TOKEN   (for temporary credentials)

Those that find out themselves in which direction objects move get them by provider, for example

  FERRY_STORE_MINIO_ACCESS_KEY  FERRY_STORE_MINIO_SECRET_KEY

The report goes to stdout, words go to stderr; the last line is the verdict.`,
	}
	root.CompletionOptions.DisableDefaultCmd = true // an image without a shell
	root.AddCommand(p.mirrorCommand(), p.migrateCommand(), p.verifyCommand(), p.guardCommand(),
		p.cutoverCommand(), p.bringBackCommand(), p.watchdogCommand(), p.versionCommand())
	return root
}
