package cutover

import (
	"context"
	"errors"
	"strings"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/mirror"
)

// Problem is a reason why a cutover would fail, found before anything stops.
type Problem struct {
	// Object is what has the problem, Remedy what to do about it.
	Object string `json:"object"`
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

// String is one sentence.
func (p Problem) String() string { return p.Object + " " + p.What + ": " + p.Remedy }

// preflight looks for all that would go wrong, and returns the buckets to move. The second pass is
// rehearsed only where both stores answer.
func (w World) preflight(ctx context.Context, s hooks.Situation, t transfer, consumers []Consumer) ([]string, error) {
	problems := w.checkStores(ctx, t)
	answer := len(problems) == 0
	var faults []error
	for _, check := range []func() ([]Problem, error){
		func() ([]Problem, error) { return w.checkFirstPass(ctx) },
		func() ([]Problem, error) { return w.checkAddress(ctx, s, t.Move) },
		func() ([]Problem, error) { return w.checkCredentials(ctx, s, t.Move) },
		func() ([]Problem, error) { return w.checkConsumers(ctx, consumers) },
		func() ([]Problem, error) { return w.checkScalers(ctx, consumers) },
		func() ([]Problem, error) { return w.checkHealers(ctx, s) },
	} {
		found, err := check()
		problems, faults = append(problems, found...), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if answer {
		var err error
		if t.buckets, err = Buckets(ctx, t.src, w.Config.Spec.ObjectStorage.DefaultBuckets); err != nil {
			return nil, err
		}
		deleted, err := deletedBuckets(ctx, t)
		if err != nil {
			return nil, err
		}
		problems = append(append(problems, deleted...), w.rehearse(ctx, t, lacks(s, t.To))...)
	}
	if len(problems) == 0 {
		return t.buckets, nil
	}
	texts := make([]string, len(problems))
	for i, p := range problems {
		w.Log.Error("preflight", "object", p.Object, "problem", p.What, "remedy", p.Remedy)
		texts[i] = p.String()
	}
	return nil, refuse("nothing was stopped: %s", strings.Join(texts, "; "))
}

// lacks is what the registry says that a provider of the manifest to come cannot hold.
func lacks(s hooks.Situation, provider string) []string {
	if p := s.Next.Release.Provider(provider); p != nil {
		return p.Row.Lacks
	}
	return nil
}

// checkStores asks both stores for their buckets, which shows whether they are there and whether the
// credentials are right.
func (w World) checkStores(ctx context.Context, t transfer) []Problem {
	var problems []Problem
	for _, side := range []struct {
		provider string
		store    mirror.Store
	}{{t.From, t.src}, {t.To, t.dst}} {
		_, err := side.store.Buckets(ctx)
		if err == nil {
			continue
		}
		remedy := "see that it runs and is ready: kubectl get pods,endpointslices"
		if errors.Is(err, mirror.ErrCredentials) || errors.Is(err, mirror.ErrDenied) {
			remedy = "set the keys of its Secret to the credentials that it was first started with: a store such as MinIO keeps them"
		}
		problems = append(problems, Problem{side.provider, "does not list its buckets at " + side.store.Location() + " (" + err.Error() + ")", remedy})
	}
	return problems
}
