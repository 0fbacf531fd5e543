// Package loss is the table of upgrades that lose data: what came of each with either Helm alone and
// with Ferry, as a file of results and as the page docs/guard.md.
package loss
