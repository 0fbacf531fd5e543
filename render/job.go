package render

import (
	"fmt"
	"maps"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/release"
)

// variable is an environment variable whose value comes from a Secret.
type variable struct {
	Name      string    `json:"name"`
	ValueFrom valueFrom `json:"valueFrom"`
}

type valueFrom struct {
	SecretKeyRef secretKeyRef `json:"secretKeyRef"`
}

type secretKeyRef struct {
	Name     string `json:"name"`
	Key      string `json:"key"`
	Optional bool   `json:"optional,omitempty"`
}

// keysIn are credentials under the first two keys of the shared Secret.
func keysIn(secret string) release.Credentials {
	return release.Credentials{
		AccessKey: release.Source{Secret: secret, Key: "access-key"},
		SecretKey: release.Source{Secret: secret, Key: "secret-key"},
	}
}

// env gives one side of a copy its credentials, under names of its own: the two sides' Secrets have
// the same keys, so that envFrom would let one hide the other.
func env(side string, credentials release.Credentials) []variable {
	return []variable{
		{"FERRY_" + side + "_ACCESS_KEY", valueFrom{secretKeyRef{Name: credentials.AccessKey.Secret, Key: credentials.AccessKey.Key}}},
		{"FERRY_" + side + "_SECRET_KEY", valueFrom{secretKeyRef{Name: credentials.SecretKey.Secret, Key: credentials.SecretKey.Key}}},
	}
}

// jobCredentials names the Secret keys by which a Job opens a store: those that consumers use for
// the active one, where there is such a Secret, else those that the store's own workload uses.
// A store that shows none has those of existingSecret; one that Ferry derives from another store
// would send that store's account to strangers. Credentials that stand in a manifest as text are put
// into a Secret of their own.
func (s *state) jobCredentials(p *release.Provider) (release.Credentials, error) {
	existing := s.cfg.Spec.ObjectStorage.Credentials.ExistingSecret != ""
	if p == s.Resolution.Active && (s.sharedSecret || existing) {
		return keysIn(s.cfg.CredentialsSecret()), nil
	}
	return s.ownCredentials(p)
}

// ownCredentials names the Secret keys of a store itself, whatever the alias selects: those of its row
// in the registry, else of its workload. Consumers' Secret has those of the active store, and during an
// upgrade that is still the one before.
func (s *state) ownCredentials(p *release.Provider) (release.Credentials, error) {
	existing := s.cfg.Spec.ObjectStorage.Credentials.ExistingSecret != ""
	switch row := p.Row.Credentials; {
	case row.SecretName != "":
		keys := row.InSecret()
		return release.Credentials{
			AccessKey: release.Source{Secret: row.SecretName, Key: keys.AccessKey}, SecretKey: release.Source{Secret: row.SecretName, Key: keys.SecretKey},
		}, nil
	case p.External():
		return release.Credentials{}, &Error{
			Field: "spec.objectStorage.providers", Message: fmt.Sprintf("name no Secret for %s, which is outside the release", p.Title()),
			Remedy: fmt.Sprintf("add {name: %s, external: true, credentials: {secretName: SECRET}}; the Secret has the keys access-key and secret-key", p.Name()),
		}
	case existing && !p.Credentials.Known():
		return keysIn(s.cfg.CredentialsSecret()), nil
	case p.Credentials.InSecret():
		return p.Credentials, nil
	}
	accessKey, secretKey, err := s.rootCredentials(p)
	if err != nil {
		return release.Credentials{}, err
	}
	name := shorten(s.cfg.Metadata.Name+"-"+p.Name()+"-credentials", maxName)
	root, err := s.object("side-credentials.yaml", map[string]any{"secret": name, "accessKey": accessKey, "secretKey": secretKey})
	if err != nil {
		return release.Credentials{}, err
	}
	_, err = s.add(root, "metadata.name")
	return keysIn(name), err
}

// job runs the template of a Job or CronJob and merges spec.podTemplate into its pods, which mount the
// configuration of the release unless values names another ConfigMap.
func (s *state) job(template string, values map[string]any, podPath ...string) (*yaml.Node, error) {
	all := map[string]any{"image": s.image(), "configMap": s.configMap.Name, "token": false}
	maps.Copy(all, values)
	root, err := s.object(template, all)
	if err != nil {
		return nil, err
	}
	return root, s.podTemplate(root, podPath...)
}

func (s *state) image() string {
	if s.cfg.Spec.Image != "" {
		return s.cfg.Spec.Image
	}
	return s.options.Image
}

// account adds the identity that the pods of a component run under.
func (s *state) account(component string) (string, error) {
	name := shorten(s.cfg.Metadata.Name+"-"+component, maxName)
	root, err := s.object("serviceaccount.yaml", map[string]any{"account": name, "component": component})
	if err != nil {
		return "", err
	}
	_, err = s.add(root, "metadata.name")
	return name, err
}
