// Package cargo is what the demo and the tests carry from one store to another: a few hundred
// objects in the seven buckets of a lakehouse, the same ones every time.
//
//	objects := cargo.Objects()
//	err := cargo.Load(ctx, client, objects)
//
// They are what a copy gets wrong easily: objects in several parts, empty ones, user metadata,
// headers, tags, keys with blanks, per cent signs and letters of many scripts.
package cargo
