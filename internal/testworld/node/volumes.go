package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
)

const (
	provisioner   = "folder.helm-ferry.dev"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// createClass creates the default StorageClass.
func createClass(ctx context.Context, client kubernetes.Interface) error {
	reclaim := core.PersistentVolumeReclaimDelete
	grow := true
	_, err := client.StorageV1().StorageClasses().Create(ctx, &storage.StorageClass{
		ObjectMeta:           meta.ObjectMeta{Name: "folder", Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}},
		Provisioner:          provisioner,
		ReclaimPolicy:        &reclaim,
		AllowVolumeExpansion: &grow,
	}, meta.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create the StorageClass: %w", err)
	}

	return nil
}

// Provision gives claims of the StorageClass "folder" a folder each, and deletes the folder when a
// volume is released, until ctx ends.
func (n *Node) Provision(ctx context.Context, log *slog.Logger) error {
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return err
	}
	changed := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	for _, watch := range []func(context.Context, meta.ListOptions) (apiwatch.Interface, error){
		client.CoreV1().PersistentVolumeClaims("").Watch, client.CoreV1().PersistentVolumes().Watch,
	} {
		watching.Go(func() { tell(ctx, watch, changed) })
	}
	tick := time.NewTicker(2 * time.Second) // for what went wrong
	defer tick.Stop()
	for {
		if err := errors.Join(n.bind(ctx, client), n.reclaim(ctx, client)); err != nil && ctx.Err() == nil {
			log.Warn("provision volumes", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-changed:
		}
	}
}

// tell says that something has changed, until ctx ends. Who looks then says why nothing can be watched, if it cannot.
func tell(ctx context.Context, watch func(context.Context, meta.ListOptions) (apiwatch.Interface, error), changed chan<- struct{}) {
	for ctx.Err() == nil {
		if w, err := watch(ctx, meta.ListOptions{}); err == nil {
			for range w.ResultChan() {
				select {
				case changed <- struct{}{}:
				default: // it is to look anyway
				}
			}
		}
		select { // a watch that ends at once is no reason to ask all the time
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// bind makes a volume for each claim that waits for one.
func (n *Node) bind(ctx context.Context, client kubernetes.Interface) error {
	claims, err := client.CoreV1().PersistentVolumeClaims("").List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	var errs []error
	for _, claim := range claims.Items {
		class := claim.Spec.StorageClassName
		if claim.Status.Phase != core.ClaimPending || claim.Spec.VolumeName != "" || class == nil || *class != "folder" {
			continue
		}
		volume := n.volume(claim)
		if err := os.MkdirAll(volume.Spec.HostPath.Path, 0o777); err != nil {
			return err
		}
		// a host path knows no fsGroup: everybody may write
		if err := os.Chmod(volume.Spec.HostPath.Path, 0o777); err != nil { //nolint:gosec // a scratch folder
			return err
		}
		_, err := client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			errs = append(errs, err)
		}
	}

	return errors.Join(errs...)
}

// volume is the volume of a claim, bound to it.
func (n *Node) volume(claim core.PersistentVolumeClaim) *core.PersistentVolume {
	name := "pvc-" + string(claim.UID)

	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisioner}},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			StorageClassName:              "folder",
			PersistentVolumeSource:        core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: n.file("volumes", name)}},
			ClaimRef: &core.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
		},
	}
}

// reclaim deletes released volumes with their data.
func (n *Node) reclaim(ctx context.Context, client kubernetes.Interface) error {
	volumes, err := client.CoreV1().PersistentVolumes().List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	var errs []error
	for _, volume := range volumes.Items {
		if volume.Annotations[provisionedBy] != provisioner || volume.Status.Phase != core.VolumeReleased ||
			volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete {
			continue
		}
		err := os.RemoveAll(n.file("volumes", filepath.Base(volume.Spec.HostPath.Path)))
		if err == nil {
			err = client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
		}
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// Volume is the folder of a volume.
func (n *Node) Volume(name string) string { return n.file("volumes", name) }
