package hooks

// Arm is one change to a live object that keeps a claim from being lost, however the upgrade ends.
type Arm struct {
	// Kind is PersistentVolumeClaim or StatefulSet.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// UID is that of the object that was judged: another one of its name is left alone.
	UID string `json:"uid"`
	// Annotation and Value are what a claim is given; the policy of a StatefulSet is set to Retain.
	Annotation string `json:"annotation,omitempty"`
	Value      string `json:"value,omitempty"`
	// Done tells that the change was made.
	Done bool `json:"done"`
}

// arms are the changes that keep the claims which would be deleted: the claim is annotated, or the
// StatefulSet that goes is told to leave its claims. One that stays is not touched, since that would
// conflict with what the manifest says; a claim that is a hook is made again whatever it says.
func (s Situation) arms(plan Plan) []Arm {
	if s.Live == nil {
		return nil
	}
	var arms []Arm
	seen := map[string]bool{}
	for _, claim := range plan.Claims {
		live := s.Live.claim(claim.Claim)
		if live == nil || !claim.Refused {
			continue
		}
		switch claim.Fate {
		case Deleted:
			annotation, value := live.keeping(s.Prunes)
			arms = append(arms, Arm{Kind: "PersistentVolumeClaim", Name: live.Name, UID: live.UID, Annotation: annotation, Value: value})
		case GarbageCollected:
			for _, set := range s.dropped(live) {
				if !seen[set.UID] {
					arms = append(arms, Arm{Kind: "StatefulSet", Name: set.Name, UID: set.UID})
				}
				seen[set.UID] = true
			}
		default:
		}
	}
	return arms
}

// dropped are the live StatefulSets that leave the manifest and would take the claim along.
func (s Situation) dropped(claim *LiveClaim) []LiveSet {
	var found []LiveSet
	for _, set := range s.Live.Sets {
		if object(s.Current.Release, "StatefulSet", set.Name) == nil || object(s.Next.Release, "StatefulSet", set.Name) != nil {
			continue
		}
		templated, ok := s.Current.Release.Templated(claim.Name)
		if ok && templated.Object.Name == set.Name || claim.ownedBy(set.UID) {
			found = append(found, set)
		}
	}
	return found
}
