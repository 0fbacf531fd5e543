package render

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// sharedKeys are the keys of the shared Secret: each consumer finds the names that it knows.
var sharedKeys = [...]string{"access-key", "secret-key", "root-user", "root-password", "RUSTFS_ACCESS_KEY", "RUSTFS_SECRET_KEY"}

// addCredentials adds the Secret that consumers read, with the credentials of the active provider.
// Nothing is added where the configuration or the chart has that Secret already. Credentials that
// cannot be known are an error where a consumer reads the Secret, else only said.
func addCredentials(s *state) error {
	active, credentials := s.Resolution.Active, s.cfg.Spec.ObjectStorage.Credentials
	switch {
	case active == nil:
		return nil
	case credentials.ExistingSecret != "":
		return s.checkExisting(credentials.ExistingSecret, "spec.objectStorage.credentials.existingSecret")
	case release.SecretData(s.Release.Objects, credentials.SecretName) != nil:
		s.sharedSecret = true
		return s.checkExisting(credentials.SecretName, "spec.objectStorage.credentials.secretName")
	}
	accessKey, secretKey, err := s.rootCredentials(active)
	var unknown *Error
	switch {
	case errors.As(err, &unknown) && !s.Release.Uses(credentials.SecretName):
		s.warn(unknown.Object, unknown.Field, "Secret/%s is not added: %s", credentials.SecretName, unknown.Message)
		return nil
	case err != nil:
		return err
	case accessKey == "" || secretKey == "":
		s.sharedSecret = true
		return s.hidden(active)
	}
	root, err := s.object("credentials.yaml", map[string]any{"accessKey": accessKey, "secretKey": secretKey})
	if err != nil {
		return err
	}
	s.sharedSecret = true
	_, err = s.add(root, "spec.objectStorage.credentials.secretName")
	return err
}

// rootCredentials reads the credentials of a provider; empty ones stand in a Secret that Helm hides.
func (s *state) rootCredentials(p *release.Provider) (accessKey, secretKey string, err error) {
	switch {
	case p.External():
		return "", "", s.noCredentials("an external store gives none to the release")
	case !p.Credentials.Known():
		return "", "", s.noCredentials(fmt.Sprintf("the workload of %s shows none that Ferry knows", p.Title()))
	}
	if accessKey, err = s.value(p.Credentials.AccessKey); err != nil {
		return "", "", err
	}
	secretKey, err = s.value(p.Credentials.SecretKey)
	return accessKey, secretKey, err
}

func (s *state) noCredentials(why string) error {
	return &Error{
		Field:   "spec.objectStorage.credentials.existingSecret",
		Message: "there are no credentials for the shared Secret: " + why,
		Remedy:  "make a Secret with the keys access-key and secret-key and name it here",
	}
}

// checkExisting looks at the keys of a Secret that consumers read and Ferry does not make. One
// that is not in the release is checked where there is a cluster.
func (s *state) checkExisting(name, field string) error {
	data := release.SecretData(s.Release.Objects, name)
	if data == nil {
		return nil
	}
	needed := sharedKeys[:2]
	var missing []string
	for _, key := range needed {
		if data[key] == "" {
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &Error{
		Object: "Secret/" + name, Field: field,
		Message: fmt.Sprintf("has no %s", strings.Join(missing, " and no ")),
		Remedy:  "add the keys access-key and secret-key to the Secret, or name another",
	}
}

// value reads one credential; "" means that Helm hides the Secret that holds it.
func (s *state) value(source release.Source) (string, error) {
	if source.Secret == "" {
		return source.Literal, nil
	}
	data := release.SecretData(s.Release.Objects, source.Secret)
	if data == nil {
		if s.hidesSecrets() {
			return "", nil
		}
		return "", &Error{
			Object: "Secret/" + source.Secret, Field: "spec.objectStorage.credentials.existingSecret",
			Message: "is what the active provider takes its credentials from, and it is not in the release",
			Remedy:  "make a Secret with the keys access-key and secret-key and name it here (the same one, if it has them)",
		}
	}
	if data[source.Key] == "" {
		return "", &Error{
			Object: "Secret/" + source.Secret, Field: fmt.Sprintf("data[%q]", source.Key),
			Message: "is missing or empty, and the active provider takes its credentials from it",
			Remedy:  "add the key to the Secret, or name one with access-key and secret-key in spec.objectStorage.credentials.existingSecret",
		}
	}
	return data[source.Key], nil
}

// hidesSecrets tells whether the stream is what `helm --dry-run --hide-secret` shows: comments
// stand where Secrets were.
func (s *state) hidesSecrets() bool {
	return slices.ContainsFunc(s.Stream.Documents, func(d *manifest.Document) bool {
		text, comment := d.Comment()
		return comment && strings.Contains(text, "# HIDDEN:")
	})
}

// hidden leaves a comment where the Secret would stand, as Helm does.
func (s *state) hidden(active *release.Provider) error {
	name := s.cfg.Spec.ObjectStorage.Credentials.SecretName
	comment := fmt.Sprintf("---\n# HIDDEN: Secret/%s: ferry derives it from the Secret of %s, which Helm hides\n", name, active.Name())
	for _, document := range s.Stream.Documents {
		if string(document.Original()) == comment {
			return nil
		}
	}
	document, err := manifest.NewDocument([]byte(comment))
	if err != nil {
		return err
	}
	s.Stream.Place(document)
	return nil
}
