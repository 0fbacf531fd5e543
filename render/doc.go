// Package render adds to the manifests of a release what its configuration asks for: manifests in,
// manifests out.
//
// [Run] is the one implementation behind every door (Helm 3, Helm 4, KRM). It parses the stream,
// finds stores, claims and consumers in it, and passes it through a fixed list of filters:
// resolve, config, alias, credentials, rewire, keep, guard, migration, mirrors, snapshots, leftovers.
// Each adds documents, edits some, or says what is wrong.
//
// The package is pure: no cluster, no clock, no environment, no chance. The same manifests and the
// same configuration give the same bytes. Its guarantees, each with a test that fails without it:
//
//   - a document that no filter changes keeps its bytes, and documents keep their order;
//   - rendering its own output changes nothing;
//   - the output is never blank;
//   - a hook is never added where the door cannot carry it;
//   - no object is added whose subcommand ferry-hook lacks;
//   - added objects have no namespace, and names that begin with the configuration's metadata.name;
//   - volumeClaimTemplates are never touched.
//
// What is added is phrased by the YAML templates in templates/: Go decides, templates phrase.
package render
