package record

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/kube"
)

// Name is that of the ConfigMap for a configuration's metadata.name.
func Name(name string) string { return name + "-migration-record" }

// Read returns the record of a configuration's metadata.name, nil if there is none.
func Read(ctx context.Context, client kube.Client, name string) (*Record, error) {
	configMap, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, Name(name), meta.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get ConfigMap/%s in %s: %w", Name(name), client.Namespace, err)
	}
	r, err := decode(configMap.Data)
	if err != nil {
		return nil, &UnreadableError{Object: "ConfigMap/" + Name(name), Err: err}
	}
	return r, nil
}

// UnreadableError says that a record is there and cannot be read: it proves nothing.
type UnreadableError struct {
	// Object is the record, as Kind/name.
	Object string
	Err    error
}

// Error names the record.
func (e *UnreadableError) Error() string { return fmt.Sprintf("read %s: %v", e.Object, e.Err) }

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// Write keeps a record, in the place of the one before it.
func Write(ctx context.Context, client kube.Client, name string, r Record) error {
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("write ConfigMap/%s in %s: %w", Name(name), client.Namespace, err)
	}
	configMaps := client.CoreV1().ConfigMaps(client.Namespace)
	configMap := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: Name(name), Labels: map[string]string{
		"app.kubernetes.io/part-of": "ferry", "app.kubernetes.io/component": "migration", "helm-ferry.dev/name": name,
	}}, Data: data}
	_, err = configMaps.Update(ctx, configMap, meta.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		_, err = configMaps.Create(ctx, configMap, meta.CreateOptions{})
	}
	if err != nil {
		return fmt.Errorf("write ConfigMap/%s in %s: %w", Name(name), client.Namespace, err)
	}
	return nil
}

// Supersede ends what a record proves, if there is one.
func Supersede(ctx context.Context, client kube.Client, name string) error {
	r, err := Read(ctx, client, name)
	if err != nil || r == nil || r.State == Superseded {
		return err
	}
	r.State = Superseded
	return Write(ctx, client, name, *r)
}

func encode(r Record) (map[string]string, error) {
	marks, err := r.Marks.encode()
	late, fault := r.Late.encode()
	behind, flaw := r.Behind.encode()
	return map[string]string{
		"alias": r.Alias, "from": r.From, "to": r.To, "revision": strconv.Itoa(r.Revision),
		"sourceDigest": r.SourceDigest, "reportDigest": r.ReportDigest,
		"startedAt": r.StartedAt.UTC().Format(time.RFC3339), "provenAt": r.ProvenAt.UTC().Format(time.RFC3339),
		"state": string(r.State), "marks": marks, "late": late, "behind": behind,
	}, errors.Join(err, fault, flaw)
}

func decode(data map[string]string) (*Record, error) {
	r := &Record{
		Alias: data["alias"], From: data["from"], To: data["to"], SourceDigest: data["sourceDigest"], ReportDigest: data["reportDigest"],
		State: State(data["state"]),
	}
	if r.State != Proven && r.State != Superseded {
		return nil, fmt.Errorf("state is %q, want %s or %s", r.State, Proven, Superseded)
	}
	var err error
	if r.Marks, err = decodeMarks(data["marks"]); err != nil {
		return nil, err
	}
	if r.Late, err = decodeLate(data["late"]); err != nil {
		return nil, err
	}
	if r.Behind, err = decodeBehind(data["behind"]); err != nil {
		return nil, err
	}
	if r.Revision, err = strconv.Atoi(data["revision"]); err != nil {
		return nil, fmt.Errorf("revision: %w", err)
	}
	if r.StartedAt, err = time.Parse(time.RFC3339, data["startedAt"]); err != nil {
		return nil, fmt.Errorf("startedAt: %w", err)
	}
	if r.ProvenAt, err = time.Parse(time.RFC3339, data["provenAt"]); err != nil {
		return nil, fmt.Errorf("provenAt: %w", err)
	}
	return r, nil
}
