package release

import (
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/config"
)

// Auto is the value of activeProvider that leaves the choice to the rules.
const Auto = "auto"

// Resolution says which provider the alias selects.
type Resolution struct {
	// Active is nil when no provider is enabled.
	Active *Provider
	// Cutover tells that previousProvider is enabled and the configuration selects another one.
	Cutover bool
	// Reason says for people which rule decided.
	Reason string
}

// ResolveError says why no provider could be chosen, and which field to change.
type ResolveError struct {
	Field, Message string
}

// Error gives field and message.
func (e *ResolveError) Error() string { return e.Field + ": " + e.Message }

// Resolve chooses the active provider. The error is a [*ResolveError].
func (r *Release) Resolve(storage config.ObjectStorage) (Resolution, error) {
	if err := r.distinct(); err != nil {
		return Resolution{}, err
	}
	if storage.ActiveProvider != Auto {
		return r.explicit(storage)
	}
	switch len(r.Providers) {
	case 0:
		return Resolution{Reason: "no provider is enabled"}, nil
	case 1:
		return Resolution{Active: r.Providers[0], Reason: "it is the only enabled provider"}, nil
	case 2:
		return r.oneOfTwo(storage)
	}
	return Resolution{}, &ResolveError{
		"spec.objectStorage.activeProvider",
		fmt.Sprintf("is auto, and %d providers are enabled: %s; name the one that the alias is to select", len(r.Providers), r.titles()),
	}
}

// distinct refuses two stores of one kind, since a name must mean one store.
func (r *Release) distinct() error {
	seen := map[string]*Provider{}
	for _, p := range r.Providers {
		if other := seen[p.Name()]; other != nil {
			return &ResolveError{
				"spec.objectStorage.providers",
				fmt.Sprintf("two enabled providers are of the kind %s: %s and %s; switch one off, "+
					"or add a row with a name of its own that matches one of them by its labels",
					p.Name(), other.Title(), p.Title()),
			}
		}
		seen[p.Name()] = p
	}
	return nil
}

func (r *Release) explicit(storage config.ObjectStorage) (Resolution, error) {
	active := r.Provider(storage.ActiveProvider)
	if active == nil {
		enabled := r.titles()
		if enabled == "" {
			enabled = "none"
		}
		return Resolution{}, &ResolveError{
			"spec.objectStorage.activeProvider",
			fmt.Sprintf("is %s, which is not enabled (enabled: %s); enable it in the chart's values, or name an enabled one", storage.ActiveProvider, enabled),
		}
	}
	cutover := active.Name() != storage.PreviousProvider && r.Provider(storage.PreviousProvider) != nil
	return Resolution{Active: active, Cutover: cutover, Reason: "activeProvider names it"}, nil
}

func (r *Release) oneOfTwo(storage config.ObjectStorage) (Resolution, error) {
	previous, other := r.Providers[0], r.Providers[1]
	if other.Name() == storage.PreviousProvider {
		previous, other = other, previous
	}
	if previous.Name() != storage.PreviousProvider {
		return Resolution{}, &ResolveError{
			"spec.objectStorage.previousProvider",
			fmt.Sprintf("is %s, which is neither of the two enabled providers: %s; name the one that holds the data, or set activeProvider",
				storage.PreviousProvider, r.titles()),
		}
	}
	if storage.CutoverAcknowledged {
		return Resolution{Active: other, Cutover: true, Reason: "cutoverAcknowledged moves the alias from " + previous.Name()}, nil
	}
	return Resolution{Active: previous, Reason: "it is the previousProvider, and the cutover is not acknowledged"}, nil
}

func (r *Release) titles() string {
	titles := make([]string, len(r.Providers))
	for i, p := range r.Providers {
		titles[i] = p.Title()
	}
	return strings.Join(titles, ", ")
}
