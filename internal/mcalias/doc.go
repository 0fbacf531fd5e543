// Package mcalias finds object stores under the names that mc, MinIO's client, knows them by.
//
//	finder := mcalias.Finder{Environ: os.Environ()}
//	found, err := finder.Find("lake")
//	store, err := s3.Open(found.Endpoint)
//
// An alias is a variable of the environment, MC_HOST_lake=https://ACCESS:SECRET[:TOKEN]@host, or
// else an entry of config.json in mc's folder: the one that is asked for, that of MC_CONFIG_DIR,
// ~/.mc, or ~/.mcli. The keys in a variable are what mc reads there: they are parted by colons, end
// at the last @, and nothing in them is percent-decoded.
//
// Errors name variables, files and aliases, never a value.
package mcalias
