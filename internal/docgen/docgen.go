package docgen

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

// Pages returns a page in Markdown for every command that help lists, by file name: ferry.md,
// ferry_version.md. The note says in each how it is made.
func Pages(root *cobra.Command, note string) map[string][]byte {
	cli.Prepare(root)
	pages := map[string][]byte{}
	for _, cmd := range listed(root) {
		pages[fileName(cmd)] = page(cmd, note)
	}
	return pages
}

// listed returns a command and all that are below it, without the help command, which every page
// stands for.
func listed(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() && child.Name() != "help" {
			all = append(all, listed(child)...)
		}
	}
	return all
}

func fileName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md"
}

func page(cmd *cobra.Command, note string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s\n\n<!-- %s -->\n\n", cmd.CommandPath(), note)
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	out.WriteString(markdown(about))
	if cmd.Runnable() {
		block(&out, cmd.UseLine())
	}
	if cmd.HasExample() {
		out.WriteString("\n## Examples\n")
		block(&out, unindent(cmd.Example))
	}
	cmd.InitDefaultHelpFlag()
	if cmd.HasAvailableLocalFlags() {
		out.WriteString("\n## Flags\n")
		block(&out, unindent(cmd.LocalFlags().FlagUsages()))
	}
	if cmd.HasAvailableInheritedFlags() {
		out.WriteString("\n## Flags of every command\n")
		block(&out, unindent(cmd.InheritedFlags().FlagUsages()))
	}
	commands(&out, cmd)
	exitCodes(&out, cmd)
	return out.Bytes()
}

// commands lists the commands below cmd in their groups.
func commands(out *bytes.Buffer, cmd *cobra.Command) {
	groups := slices.Clone(cmd.Groups())
	groups = append(groups, &cobra.Group{Title: "Commands:"})
	for _, group := range groups {
		var lines bytes.Buffer
		for _, child := range cmd.Commands() {
			if child.GroupID == group.ID && child.IsAvailableCommand() && child.Name() != "help" {
				fmt.Fprintf(&lines, "| [`%s`](%s) | %s |\n", child.CommandPath(), fileName(child), prose(child.Short))
			}
		}
		if lines.Len() > 0 {
			fmt.Fprintf(out, "\n## %s\n\n| command | does |\n|---|---|\n%s", strings.TrimSuffix(group.Title, ":"), &lines)
		}
	}
}

// exitCodes stands on the page of the root; the other pages point there.
func exitCodes(out *bytes.Buffer, cmd *cobra.Command) {
	if cmd.HasParent() {
		fmt.Fprintf(out, "\n[Exit codes](%s#exit-codes)\n", fileName(cmd.Root()))
		return
	}
	_, codes, _ := strings.Cut(cli.ExitCodes(), "\n")
	out.WriteString("\n## Exit codes\n\nThe same for every command:\n")
	block(out, unindent(codes))
}

func block(out *bytes.Buffer, text string) {
	fmt.Fprintf(out, "\n```\n%s\n```\n", strings.Trim(text, "\n"))
}
