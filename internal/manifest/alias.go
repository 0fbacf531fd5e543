package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// maxAliased is how many nodes the aliases of one document may stand for. An object of the size
// that Kubernetes accepts stays far below it.
const maxAliased = 400_000

// checkAliases refuses a document whose aliases stand for themselves or for too much, so that
// whoever follows aliases comes to an end. It takes time in proportion to the document.
func checkAliases(root *yaml.Node) (*yaml.Node, error) {
	c := aliasChecker{sizes: map[*yaml.Node]int{}}
	_, aliased := c.size(root)
	if c.bad == nil && aliased > maxAliased {
		c.bad, c.err = root, fmt.Errorf("its aliases stand for more than %d values", maxAliased)
	}
	return c.bad, c.err
}

type aliasChecker struct {
	sizes map[*yaml.Node]int // of anchored nodes with all that their aliases stand for; -1: not yet known
	bad   *yaml.Node
	err   error
}

// size returns how many nodes there are in node, and how many of them are there through aliases.
// Both stop growing once they are past the limit.
func (c *aliasChecker) size(node *yaml.Node) (all, aliased int) {
	if node.Kind == yaml.AliasNode {
		size := c.sizes[node.Alias]
		if size < 0 && c.bad == nil {
			c.bad, c.err = node, fmt.Errorf("anchor %q contains itself", node.Value)
		}
		return 1 + max(size, 0), max(size, 0)
	}
	if node.Anchor != "" {
		c.sizes[node] = -1
	}
	all = 1
	for _, child := range node.Content {
		childAll, childAliased := c.size(child)
		all += childAll
		aliased += childAliased
	}
	all, aliased = min(all, 2*maxAliased), min(aliased, 2*maxAliased)
	if node.Anchor != "" {
		c.sizes[node] = all
	}
	return all, aliased
}
