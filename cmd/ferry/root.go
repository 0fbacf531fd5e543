package main

import (
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

// newRoot returns the tree of all commands.
func newRoot(streams cli.Streams) *cobra.Command {
	opts := &postRenderOptions{}
	root := &cobra.Command{
		Use:   "ferry",
		Short: "Carry stateful Helm releases safely through upgrades",
		Long: `Ferry carries stateful Helm releases safely through upgrades. It adds backups, migrations and one
address for whichever object store is active to what a chart renders, refuses an upgrade that would
lose data, and moves the data between S3-compatible stores inside the upgrade, with proof.

With manifests on standard input and no command, ferry is a post-renderer: see ferry post-render.`,
		Example: `  helm upgrade lake ./chart --post-renderer ferry --post-renderer-args --config=ferry.yaml
  helm template lake ./chart | ferry --config ferry.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case streams.InIsPiped:
				return runPostRender(cmd.Context(), streams, opts)
			case cmd.Flags().NFlag() > 0:
				return cli.Usage.Errorf("manifests are expected on standard input").
					WithHint("helm template RELEASE CHART | ferry --config ferry.yaml")
			default:
				return cmd.Help()
			}
		},
	}
	opts.addFlags(root)
	addGroup(root, "Manifests:", newPostRender(streams), newFn(streams), newRender(streams))
	addGroup(root, "Charts and releases:", newInit(streams), newGolden(streams), newPlan(streams),
		newUpgrade(streams), newMigrate(streams, serverTime), newRollback(streams), newRemove(streams), newStatus(streams))
	addGroup(root, "Object stores:", newMirror(streams), newRestore(streams), newDiff(streams), newVerify(streams))
	addGroup(root, "About Ferry:", newProviders(streams), newSchema(streams), newShellenv(streams), newVersion(streams))
	return root
}

// addGroup adds commands under a title of their own in help.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, command := range commands {
		command.GroupID = title
		root.AddCommand(command)
	}
}
