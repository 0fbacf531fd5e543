package cutover

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/kube"
)

// JournalName is the name of the ConfigMap with the journal, for a configuration's metadata.name.
func JournalName(name string) string { return name + "-cutover-journal" }

// journalKey is the key of the ConfigMap with the document.
const journalKey = "journal.json"

// State says how far a cutover has come.
type State string

// The states of a cutover that has not been brought back.
const (
	Stopping State = "stopping" // consumers are being stopped, or are
	Proven   State = "proven"   // the objects are at the target: the manifest may be applied
)

// Journal is what a cutover has changed, or is about to, and how it was before.
type Journal struct {
	Move
	State     State     `json:"state"`
	StartedAt time.Time `json:"startedAt"`
	// Deadline is when the consumers come back if the revision is not deployed.
	Deadline time.Time `json:"deadline"`
	Stopped  []Stopped `json:"stopped"`

	// version is that of the ConfigMap that was read, "" of one that is not there yet.
	version string
}

// Stopped is a consumer and how it was before it was stopped.
type Stopped struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	UID  string `json:"uid"`
	// Replicas of what has replicas.
	Replicas int32 `json:"replicas,omitempty"`
	// Suspend of a CronJob.
	Suspend bool `json:"suspend,omitempty"`
}

// Title names the consumer for people.
func (s Stopped) Title() string { return s.Kind + "/" + s.Name }

// ReadJournal returns the journal of a configuration's metadata.name, nil if no cutover is under way.
func ReadJournal(ctx context.Context, client kube.Client, name string) (*Journal, error) {
	configMap, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, JournalName(name), meta.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get ConfigMap/%s in %s: %w", JournalName(name), client.Namespace, err)
	}
	j := &Journal{version: configMap.ResourceVersion}
	if err := json.Unmarshal([]byte(configMap.Data[journalKey]), j); err != nil {
		return nil, fmt.Errorf("read ConfigMap/%s in %s: %w", JournalName(name), client.Namespace, err)
	}
	return j, nil
}

// write keeps the journal. It fails when somebody else has written it since it was read.
func (j *Journal) write(ctx context.Context, client kube.Client, name string) error {
	text, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	configMaps := client.CoreV1().ConfigMaps(client.Namespace)
	configMap := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{
		Name: JournalName(name), ResourceVersion: j.version, Labels: labels(name),
	}, Data: map[string]string{journalKey: string(text)}}
	var stored *core.ConfigMap
	if j.version == "" {
		stored, err = configMaps.Create(ctx, configMap, meta.CreateOptions{})
	} else {
		stored, err = configMaps.Update(ctx, configMap, meta.UpdateOptions{})
	}
	if err != nil {
		return fmt.Errorf("write ConfigMap/%s in %s: %w", JournalName(name), client.Namespace, err)
	}
	j.version = stored.ResourceVersion
	return nil
}

// forget removes the journal: nothing is stopped any more.
func forget(ctx context.Context, client kube.Client, name string) error {
	err := client.CoreV1().ConfigMaps(client.Namespace).Delete(ctx, JournalName(name), meta.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete ConfigMap/%s in %s: %w", JournalName(name), client.Namespace, err)
	}
	return nil
}

// labels mark what belongs to a migration.
func labels(name string) map[string]string {
	return map[string]string{
		"app.kubernetes.io/part-of": "ferry", "app.kubernetes.io/component": "migration", "helm-ferry.dev/name": name,
	}
}

// add takes a consumer in as it is now. What an earlier run has stopped stays as it was before that.
func (j *Journal) add(now Stopped) {
	i := slices.IndexFunc(j.Stopped, func(s Stopped) bool { return s.Kind == now.Kind && s.Name == now.Name })
	switch {
	case i < 0:
		j.Stopped = append(j.Stopped, now)
	case j.Stopped[i].UID != now.UID || now.Replicas != 0 || now.Kind == kindCronJob && !now.Suspend:
		j.Stopped[i] = now
	}
}
