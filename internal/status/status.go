package status

import (
	"time"

	"github.com/helm-ferry/ferry/hooks/record"
)

// Status is what a release is like.
type Status struct {
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Revision is the one in force, with Helm's word for it.
	Revision int    `json:"revision"`
	State    string `json:"state"`
	// Pending is a revision that Helm is at work on, or that a killed Helm left behind.
	Pending string `json:"pending,omitempty"`
	// Guard is hook, client, missing or off.
	Guard string `json:"guard"`
	// Active is the provider that consumers are to use by what is applied, "" if nothing tells.
	Active    string    `json:"active"`
	Alias     Alias     `json:"alias"`
	Stores    []Store   `json:"stores"`
	Migration Migration `json:"migration"`
	Mirrors   []Mirror  `json:"mirrors"`
	Problems  []Problem `json:"problems"`
}

// Alias is the Service that consumers talk to.
type Alias struct {
	Name string `json:"name"`
	// Provider is what it selects, "" if there is no such Service.
	Provider string `json:"provider"`
	// Ready counts the ready endpoints behind it.
	Ready int `json:"ready"`
	// Selector is by which labels it selects pods.
	Selector string `json:"selector,omitempty"`
}

// Store is a provider that the release has enabled.
type Store struct {
	Provider string `json:"provider"`
	// Service is where it is reached, Ready counts the ready endpoints behind it.
	Service string `json:"service,omitempty"`
	Ready   int    `json:"ready"`
	// Endpoint is the URL of an external store.
	Endpoint string `json:"endpoint,omitempty"`
	// Credentials say whether the store accepts what the Secret of the consumers has: "accepted", "refused", or
	// "not tried: " and why.
	Credentials string `json:"credentials"`
}

// Migration is where the objects are, and what is being done with them.
type Migration struct {
	// From and To are those of the record or of the journal.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Record is proven or superseded, "" if there is none.
	Record   string     `json:"record,omitempty"`
	ProvenAt *time.Time `json:"provenAt,omitempty"`
	// Late is what was done on the old store after the proof and is left to people.
	Late record.Late `json:"late,omitzero"`
	// Cutover is stopping or proven while one is half done, and Deadline is when consumers come back by
	// themselves.
	Cutover  string     `json:"cutover,omitempty"`
	Deadline *time.Time `json:"deadline,omitempty"`
	// Stopped are the consumers that it has stopped.
	Stopped []string `json:"stopped,omitempty"`
	// FirstPass is the Job that copies while consumers go on, and how it is.
	FirstPass string `json:"firstPass,omitempty"`
}

// Mirror is a scheduled copy.
type Mirror struct {
	Name      string `json:"name"`
	Suspended bool   `json:"suspended,omitempty"`
	// LastSuccess is when a run last succeeded, nil if none has.
	LastSuccess *time.Time `json:"lastSuccess,omitempty"`
	// Age is how long ago that was.
	Age string `json:"age,omitempty"`
	// Verdict is how the last run ended.
	Verdict string `json:"verdict,omitempty"`
	// Objects are what its source had then, and Report is where its report is kept.
	Objects int64  `json:"objects,omitempty"`
	Report  string `json:"report,omitempty"`
	// RPO is the age that the copy may reach, Breached tells that it is older.
	RPO      string `json:"rpo,omitempty"`
	Breached bool   `json:"breached,omitempty"`
}

// Problem is something that is wrong, and what to do.
type Problem struct {
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

// Breached tells whether a copy is older than it may be.
func (s Status) Breached() bool {
	for _, m := range s.Mirrors {
		if m.Breached {
			return true
		}
	}
	return false
}
