// Package hooks judges upgrades: what becomes of every claim, and whether the upgrade may go on.
//
// [Judge] is pure. It compares the manifest in force with the one to come, gives each claim of the
// former a [Fate], and refuses what would lose data unless the configuration allows that loss by
// name. It knows what Helm and the StatefulSet controller do when a template stops rendering:
//
//   - a rendered claim that leaves the manifest is deleted, unless it is annotated to be kept;
//   - a claim of a volumeClaimTemplate is never in the manifest: it is left behind, or deleted by
//     the controller where the StatefulSet's retention policy says Delete;
//   - a claim that is itself a hook is deleted and made again;
//   - a new name means a new, empty claim, and the old data stranded beside it.
package hooks
