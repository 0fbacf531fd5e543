// Package heap suits the garbage collector to what a process is about to do.
//
//	heap.ForManifests(os.Getenv) // at the start of ferry
//	heap.ForObjects(os.Getenv)   // before objects are copied; at the start of ferry-hook
//
// A process that renders lives for milliseconds and ends before its garbage matters. One that copies
// runs for hours beside the applications that it serves, often in a container with a limit: it collects
// often, since what it keeps is small, and it knows its limit. GOGC and GOMEMLIMIT win over both.
package heap
