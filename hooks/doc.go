// Package hooks judges upgrades: what becomes of every claim, and whether the upgrade may go on.
//
// [Judge] is pure. It compares the manifest in force with the one to come, and where the cluster was
// asked, with what is live: a claim that does not exist cannot be lost. It gives each claim a [Fate],
// and refuses what would lose data unless the configuration allows that loss by name. It knows what
// Helm and the StatefulSet controller do when a template stops rendering:
//
//   - a rendered claim that leaves the manifest is deleted, unless the live one is annotated to be kept;
//   - a claim of a volumeClaimTemplate is never in the manifest: it is left behind, or deleted by
//     the controller where the StatefulSet's retention policy says Delete;
//   - a claim that is itself a hook is deleted and made again;
//   - a new name means a new, empty claim, and the old data stranded beside it.
//
// [Ask] looks at the cluster and judges. [Guard] does too, and before it returns a refusal it sets what
// would be deleted to be kept, so that the data are safe however the upgrade ends.
package hooks
