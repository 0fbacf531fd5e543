package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/internal/kube"
)

// Bounds of the wait for the StatefulSet controller, which takes its name off the claims.
const (
	releaseDeadline = time.Minute
	releaseInterval = time.Second / 4
)

// fieldManager is who changes live objects, for those who look at their managed fields.
const fieldManager = "ferry-guard"

// Apply makes the changes that keep claims at risk, and waits until they hold. The changes carry the
// UID of the object that was judged: the API server refuses them for any other.
func Apply(ctx context.Context, client kube.Client, arms []Arm) error {
	for i := range arms {
		if err := apply(ctx, client, arms[i]); err != nil {
			return err
		}
		arms[i].Done = true
	}
	return nil
}

func apply(ctx context.Context, client kube.Client, arm Arm) error {
	var err error
	switch arm.Kind {
	case "PersistentVolumeClaim":
		_, err = client.CoreV1().PersistentVolumeClaims(client.Namespace).Patch(ctx, arm.Name, types.MergePatchType, patch(arm.UID, "metadata",
			map[string]any{"annotations": map[string]string{arm.Annotation: arm.Value}}), meta.PatchOptions{FieldManager: fieldManager})
	case "StatefulSet":
		_, err = client.AppsV1().StatefulSets(client.Namespace).Patch(ctx, arm.Name, types.MergePatchType, patch(arm.UID, "spec",
			map[string]any{"persistentVolumeClaimRetentionPolicy": map[string]string{"whenDeleted": "Retain"}}), meta.PatchOptions{FieldManager: fieldManager})
		if err == nil {
			err = awaitRelease(ctx, client, arm.UID)
		}
	}
	if err != nil {
		return fmt.Errorf("set %s/%s to be kept: %w", arm.Kind, arm.Name, err)
	}
	return nil
}

// patch is a merge patch of one part of an object of this UID.
func patch(uid, part string, value map[string]any) []byte {
	object := map[string]map[string]any{"metadata": {"uid": uid}}
	if object[part] == nil {
		object[part] = map[string]any{}
	}
	maps.Copy(object[part], value)
	text, err := json.Marshal(object)
	if err != nil {
		panic(fmt.Sprintf("hooks: a patch of strings: %v", err))
	}
	return text
}

// awaitRelease waits until no claim belongs to a StatefulSet any more: until then the claims are
// deleted with it, whatever its policy says.
func awaitRelease(ctx context.Context, client kube.Client, set string) error {
	ctx, cancel := context.WithTimeout(ctx, releaseDeadline)
	defer cancel()
	for {
		claims, err := listClaims(ctx, client)
		if err != nil {
			return fmt.Errorf("list the claims in %s: %w", client.Namespace, err)
		}
		owned := ownedBy(claims, set)
		if len(owned) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until the StatefulSet controller takes its ownerReference off %s: %w", strings.Join(owned, ", "), context.Cause(ctx))
		case <-time.After(releaseInterval):
		}
	}
}

func ownedBy(claims []core.PersistentVolumeClaim, uid string) []string {
	var names []string
	for _, claim := range claims {
		if slices.ContainsFunc(claim.OwnerReferences, func(owner meta.OwnerReference) bool { return string(owner.UID) == uid }) {
			names = append(names, claim.Name)
		}
	}
	return names
}
