// Package helmcli runs the user's own Helm, of whichever major version.
//
// [Parse] reads one line of flags as people write it for either major, [Line.Argv] writes it for the
// Helm that is there, and [Helm.Need] says at once what an old one cannot do. [Wire] has Helm call
// Ferry as its post-renderer, after the user's own one.
package helmcli
