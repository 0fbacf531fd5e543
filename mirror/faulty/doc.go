// Package faulty makes a store misbehave as servers and networks do: requests that
// fail before or after they took effect, listings that lie, bodies that are cut,
// padded or damaged on the way.
package faulty
