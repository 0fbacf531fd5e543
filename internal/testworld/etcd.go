package testworld

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// etcd is the URL of an etcd, which answers JSON over HTTP
// (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/).
type etcd string

// leases are what servers write there for themselves all the time.
const leases = "/registry/leases/kube-system/"

// keys are the keys of all objects.
func (e etcd) keys(ctx context.Context) ([]string, error) {
	var found struct {
		KVs []struct{ Key []byte }
	}
	// "0" follows "/"
	err := e.call(ctx, "/v3/kv/range", map[string]any{"key": []byte("/registry/"), "range_end": []byte("/registry0"), "keys_only": true}, &found)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, kv := range found.KVs {
		if !strings.HasPrefix(string(kv.Key), leases) {
			keys = append(keys, string(kv.Key))
		}
	}

	return keys, nil
}

// clear deletes all objects but those. The API server watches the etcd, and sees them go.
func (e etcd) clear(ctx context.Context, but []string) error {
	keys, err := e.keys(ctx)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(but, key) })
	for some := range slices.Chunk(gone, 100) { // of 128 that one transaction may have
		var deletes []any
		for _, key := range some {
			deletes = append(deletes, map[string]any{"request_delete_range": map[string]any{"key": []byte(key)}})
		}
		if err := e.call(ctx, "/v3/kv/txn", map[string]any{"success": deletes}, nil); err != nil {
			return err
		}
	}

	return nil
}

// call posts a request and decodes the answer; bytes are base64 on both sides.
func (e etcd) call(ctx context.Context, path string, request, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, string(e)+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s answers %s", e, path, response.Status)
	}
	if answer == nil {
		return nil
	}

	return json.NewDecoder(response.Body).Decode(answer)
}
