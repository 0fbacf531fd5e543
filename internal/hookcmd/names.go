package hookcmd

// The subcommands of ferry-hook.
const (
	// Mirror copies the buckets of one mirror of the configuration to its destination.
	Mirror = "mirror"
	// Migrate is the first pass of a migration: every bucket of one provider to another.
	Migrate = "migrate"
	// Verify compares what Mirror or Migrate has copied, and writes nothing.
	Verify = "verify"
	// Guard refuses an upgrade that would lose data.
	Guard = "guard"
	// Cutover moves the objects to another provider before a manifest is applied whose alias selects it.
	Cutover = "cutover"
	// BringBack brings consumers back after it, and looks for late writes.
	BringBack = "bring-back"
	// Watchdog brings consumers back if the manifest is not applied in time.
	Watchdog = "watchdog"
	// Version prints which Ferry the binary belongs to.
	Version = "version"
)

// Names returns all subcommands.
func Names() []string {
	return []string{Mirror, Migrate, Verify, Guard, Cutover, BringBack, Watchdog, Version}
}
