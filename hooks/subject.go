package hooks

import (
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// subject is a claim that is judged.
type subject struct {
	release.Claim

	// live is nil if the cluster was not asked, or is asked about another namespace.
	live *LiveClaim
	// hook is set for a claim that is a hook of the revision to come.
	hook *manifest.Object
}

// subjects are the claims of the manifest in force: all of them, or where the cluster was asked,
// those that exist, ordinals included that somebody or something scaled up to. Behind them are the
// claims that are hooks.
func (s Situation) subjects() []subject {
	var found []subject
	seen := map[string]bool{}
	add := func(claim release.Claim, live *LiveClaim) {
		if !seen[claim.Name] {
			seen[claim.Name] = true
			found = append(found, subject{Claim: claim, live: live})
		}
	}
	for _, claim := range s.Current.Release.Claims {
		switch live := s.Live.claim(claim.Name); {
		case s.Live == nil || s.elsewhere(claim.Object):
			add(claim, nil)
		case live != nil:
			add(claim, live)
		}
	}
	if s.Live != nil {
		for i := range s.Live.Claims {
			live := &s.Live.Claims[i]
			if claim, ok := s.Current.Release.Templated(live.Name); ok && !s.elsewhere(claim.Object) {
				add(claim, live)
			}
		}
	}
	for _, hook := range s.recreated() {
		if seen[hook.Name] {
			continue
		}
		claim := release.Claim{Name: hook.Name, Object: hook, Labels: hook.Labels()}
		found = append(found, subject{Claim: claim, live: s.Live.claim(hook.Name), hook: hook})
	}
	return found
}

// elsewhere tells whether an object is in a namespace that was not looked at.
func (s Situation) elsewhere(o *manifest.Object) bool {
	return o.Namespace != "" && s.Live != nil && o.Namespace != s.Live.Namespace
}

// recreated are the claims that are hooks of the revision to come and that the cluster has. At a
// first installation there is nothing to recreate.
func (s Situation) recreated() []*manifest.Object {
	if len(s.Current.Release.Objects) == 0 && s.Live == nil {
		return nil
	}
	var found []*manifest.Object
	for _, o := range s.Next.Stream.Objects() {
		if recreates(o, s.Rollback) && (s.Live == nil || s.Live.claim(o.Name) != nil) {
			found = append(found, o)
		}
	}
	return found
}
