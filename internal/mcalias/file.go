package mcalias

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/helm-ferry/ferry/mirror/s3"
)

// fileVersion is the one that mc writes today; it converts older files when it starts.
const fileVersion = "10"

// file is config.json as far as it matters here.
type file struct {
	Version string           `json:"version"`
	Aliases map[string]entry `json:"aliases"`
}

// entry is an alias in the file.
type entry struct {
	URL          string    `json:"url"`
	AccessKey    string    `json:"accessKey"`
	SecretKey    s3.Secret `json:"secretKey"`
	SessionToken s3.Secret `json:"sessionToken"`
	API          string    `json:"api"`
	Path         string    `json:"path"`
}

// readFile returns the aliases of a file; one that does not exist has none.
func readFile(path string) (map[string]entry, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read mc's aliases: %w", err)
	}
	var read file
	if err := json.Unmarshal(data, &read); err != nil {
		// the text of the error may quote the file
		return nil, fmt.Errorf("read mc's aliases: %s is not the JSON that mc writes", path)
	}
	if read.Version != fileVersion {
		return nil, fmt.Errorf("read mc's aliases: %s is of version %q: mc alias list converts it", path, read.Version)
	}
	return read.Aliases, nil
}

// endpoint is the entry as an endpoint.
func (e entry) endpoint() (s3.Endpoint, error) {
	if api := strings.ToLower(e.API); api != "" && api != "s3v4" {
		return s3.Endpoint{}, fmt.Errorf("has api %q: Ferry signs its requests with S3v4 alone", e.API)
	}
	style, err := parseStyle(e.Path)
	return s3.Endpoint{
		URL: e.URL, AccessKey: e.AccessKey, SecretKey: e.SecretKey, SessionToken: e.SessionToken, Style: style,
	}, err
}

func parseStyle(path string) (s3.Style, error) {
	switch strings.ToLower(path) {
	case "", "auto":
		return s3.StyleAuto, nil
	case "on", "path":
		return s3.StylePath, nil
	case "off", "dns":
		return s3.StyleHost, nil
	default:
		return 0, fmt.Errorf("has path %q, which is none of auto, on and off", path)
	}
}
