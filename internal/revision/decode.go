package revision

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
)

// maxSize bounds what a record may unpack to: the API server keeps no record beyond 1 MiB or so, and
// a hostile one may pretend to a thousand times that.
const maxSize = 64 << 20

// record is the part of Helm's JSON that is read.
type record struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Version   int    `json:"version"`
	Info      struct {
		Status string `json:"status"`
	} `json:"info"`
	Manifest    string `json:"manifest"`
	ApplyMethod string `json:"apply_method"` //nolint:tagliatelle // Helm's name
	Hooks       []struct {
		Name     string   `json:"name"`
		Kind     string   `json:"kind"`
		Path     string   `json:"path"`
		Manifest string   `json:"manifest"`
		Events   []string `json:"events"`
		Weight   int      `json:"weight"`
	} `json:"hooks"`
}

// Decode reads the value of "release" in a record: JSON, packed by gzip (or not, as Helm did once)
// and written in base64.
func Decode(data []byte) (*Revision, error) {
	text, err := unpack(data)
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Parse reads the JSON of a revision, as it is in a record, or as Helm prints it.
func Parse(text []byte) (*Revision, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read the JSON: %w", err)
	}
	if r.Name == "" || r.Version < 1 || r.Info.Status == "" {
		return nil, fmt.Errorf("there is no release in the JSON: name %q, version %d, status %q", r.Name, r.Version, r.Info.Status)
	}
	revision := &Revision{
		Release: r.Name, Namespace: r.Namespace, Number: r.Version, Status: r.Info.Status,
		Manifest: r.Manifest, ApplyMethod: r.ApplyMethod,
	}
	for _, hook := range r.Hooks {
		revision.Hooks = append(revision.Hooks, Hook(hook))
	}
	return revision, nil
}

func unpack(data []byte) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		return nil, fmt.Errorf("read the base64: %w", err)
	}
	if !bytes.HasPrefix(raw, []byte{0x1f, 0x8b, 0x08}) {
		return raw, nil
	}
	packed, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(packed, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("unpack: there are more than %d bytes in it", maxSize)
	}
	return text, nil
}
