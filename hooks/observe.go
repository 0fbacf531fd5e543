package hooks

import (
	"context"
	"fmt"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
)

// pageSize bounds one answer of the API server.
const pageSize = 500

// Observe looks at the claims and the StatefulSets of a namespace, and at which store its consumers are to
// use. It changes nothing. What becomes of a volume with its claim is left open where the caller may not read
// PersistentVolumes, which belong to no namespace.
func Observe(ctx context.Context, client kube.Client, cfg *config.Config) (*Live, error) {
	live := &Live{Namespace: client.Namespace}
	claims, err := listClaims(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("list the claims in %s: %w", client.Namespace, err)
	}
	for _, claim := range claims {
		live.Claims = append(live.Claims, liveClaim(claim))
	}
	sets, err := listSets(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("list the StatefulSets in %s: %w", client.Namespace, err)
	}
	for _, set := range sets {
		live.Sets = append(live.Sets, liveSet(set))
	}
	live.Selected, err = Selected(ctx, client, cfg)
	return live, err
}

// nameVolumes finds out for the claims at risk what becomes of their volumes, as far as the caller
// may ask.
func nameVolumes(ctx context.Context, client kube.Client, live *Live, plan Plan) error {
	for _, claim := range plan.Claims {
		found := live.claim(claim.Claim)
		if found == nil || found.Volume == "" || claim.Fate == Unchanged || claim.Fate == InUse {
			continue
		}
		volume, err := client.CoreV1().PersistentVolumes().Get(ctx, found.Volume, meta.GetOptions{})
		switch {
		case apierrors.IsForbidden(err):
			return nil
		case apierrors.IsNotFound(err):
		case err != nil:
			return fmt.Errorf("get PersistentVolume/%s: %w", found.Volume, err)
		default:
			found.Reclaim = string(volume.Spec.PersistentVolumeReclaimPolicy)
		}
	}
	return nil
}

func listClaims(ctx context.Context, client kube.Client) ([]core.PersistentVolumeClaim, error) {
	var found []core.PersistentVolumeClaim
	for next := ""; ; {
		page, err := client.CoreV1().PersistentVolumeClaims(client.Namespace).List(ctx, meta.ListOptions{Limit: pageSize, Continue: next})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Items...)
		if next = page.Continue; next == "" {
			return found, nil
		}
	}
}

func listSets(ctx context.Context, client kube.Client) ([]apps.StatefulSet, error) {
	var found []apps.StatefulSet
	for next := ""; ; {
		page, err := client.AppsV1().StatefulSets(client.Namespace).List(ctx, meta.ListOptions{Limit: pageSize, Continue: next})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Items...)
		if next = page.Continue; next == "" {
			return found, nil
		}
	}
}

func liveClaim(claim core.PersistentVolumeClaim) LiveClaim {
	size := claim.Spec.Resources.Requests[core.ResourceStorage]
	if capacity, known := claim.Status.Capacity[core.ResourceStorage]; known {
		size = capacity
	}
	live := LiveClaim{
		Name: claim.Name, UID: string(claim.UID), Labels: claim.Labels, Annotations: claim.Annotations,
		Phase: string(claim.Status.Phase), Size: size.String(), Volume: claim.Spec.VolumeName, Going: claim.DeletionTimestamp != nil,
	}
	for _, owner := range claim.OwnerReferences {
		live.Owners = append(live.Owners, Owner{Kind: owner.Kind, Name: owner.Name, UID: string(owner.UID)})
	}
	return live
}

func liveSet(set apps.StatefulSet) LiveSet {
	live := LiveSet{Name: set.Name, UID: string(set.UID), WhenDeleted: "Retain", WhenScaled: "Retain", Replicas: 1}
	if policy := set.Spec.PersistentVolumeClaimRetentionPolicy; policy != nil {
		live.WhenDeleted, live.WhenScaled = string(policy.WhenDeleted), string(policy.WhenScaled)
	}
	if set.Spec.Replicas != nil {
		live.Replicas = int(*set.Spec.Replicas)
	}
	return live
}
