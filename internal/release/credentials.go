package release

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
)

// Credentials tell where a store takes its root credentials from.
type Credentials struct {
	AccessKey, SecretKey Source
}

// Source is where one value comes from: a key of a Secret, or the manifest itself.
type Source struct {
	Secret, Key string
	// Literal is a value that stands in the manifest; it is a secret all the same.
	Literal string
}

// Known tells whether both values were found.
func (c Credentials) Known() bool { return c.AccessKey.known() && c.SecretKey.known() }

// InSecret tells whether both values come from Secrets.
func (c Credentials) InSecret() bool { return c.AccessKey.Secret != "" && c.SecretKey.Secret != "" }

func (s Source) known() bool { return s.Secret != "" || s.Literal != "" }

// credentialsOf reads the credentials of a container: from its env, from files that its env
// names, from a Secret that it takes whole, else from a Secret of a known shape that its pod uses.
// The only Secret that is taken whole and not in the release is taken to have the variables' names.
func credentialsOf(objects []*manifest.Object, template *yaml.Node, name string, row provider.Credentials) Credentials {
	spec := manifest.Lookup(template, "spec")
	container := containerNamed(spec, name)
	find := func(names []string) Source {
		for _, env := range names {
			for _, source := range []Source{
				fromEnv(container, env), fromFile(spec, container, env+row.FileSuffix, row.FileSuffix), fromEnvFrom(objects, container, env),
			} {
				if source.known() {
					return source
				}
			}
		}
		return Source{}
	}
	found := Credentials{AccessKey: find(row.AccessKeyEnv), SecretKey: find(row.SecretKeyEnv)}
	if found.Known() {
		return found
	}
	return fromKnownShape(objects, spec, container, row.SecretKeys)
}

func containerNamed(spec *yaml.Node, name string) *yaml.Node {
	for _, container := range manifest.Items(manifest.Lookup(spec, "containers")) {
		if manifest.Scalar(manifest.Lookup(container, "name")) == name {
			return container
		}
	}
	return nil
}

func env(container *yaml.Node, name string) *yaml.Node {
	// of two variables with one name the last one counts
	for _, entry := range slices.Backward(manifest.Items(manifest.Lookup(container, "env"))) {
		if manifest.Scalar(manifest.Lookup(entry, "name")) == name {
			return entry
		}
	}
	return nil
}

func fromEnv(container *yaml.Node, name string) Source {
	entry := env(container, name)
	if ref := manifest.Lookup(entry, "valueFrom", "secretKeyRef"); ref != nil {
		return Source{Secret: manifest.Scalar(manifest.Lookup(ref, "name")), Key: manifest.Scalar(manifest.Lookup(ref, "key"))}
	}
	value := manifest.Scalar(manifest.Lookup(entry, "value"))
	if strings.Contains(value, "$(") {
		return Source{} // put together from other variables: not a value
	}
	return Source{Literal: value}
}

// fromFile follows a variable that holds the path of a file to the Secret mounted there.
func fromFile(spec, container *yaml.Node, name, suffix string) Source {
	file := manifest.Scalar(manifest.Lookup(env(container, name), "value"))
	if suffix == "" || file == "" {
		return Source{}
	}
	for _, mount := range manifest.Items(manifest.Lookup(container, "volumeMounts")) {
		directory := path.Clean(manifest.Scalar(manifest.Lookup(mount, "mountPath")))
		if path.Dir(file) != directory && file != directory {
			continue
		}
		for _, volume := range manifest.Items(manifest.Lookup(spec, "volumes")) {
			if manifest.Scalar(manifest.Lookup(volume, "name")) != manifest.Scalar(manifest.Lookup(mount, "name")) {
				continue
			}
			secret := manifest.Lookup(volume, "secret")
			return Source{Secret: manifest.Scalar(manifest.Lookup(secret, "secretName")), Key: keyAt(secret, path.Base(file))}
		}
	}
	return Source{}
}

// keyAt returns the key that a Secret volume shows under a file name.
func keyAt(secret *yaml.Node, file string) string {
	for _, item := range manifest.Items(manifest.Lookup(secret, "items")) {
		if manifest.Scalar(manifest.Lookup(item, "path")) == file {
			return manifest.Scalar(manifest.Lookup(item, "key"))
		}
	}
	return file
}

func fromEnvFrom(objects []*manifest.Object, container *yaml.Node, name string) Source {
	var elsewhere []Source
	for _, entry := range slices.Backward(manifest.Items(manifest.Lookup(container, "envFrom"))) {
		secret := manifest.Scalar(manifest.Lookup(entry, "secretRef", "name"))
		key, found := strings.CutPrefix(name, manifest.Scalar(manifest.Lookup(entry, "prefix")))
		if secret == "" || !found {
			continue
		}
		values := SecretData(objects, secret)
		if _, has := values[key]; has {
			return Source{Secret: secret, Key: key}
		}
		if values == nil {
			elsewhere = append(elsewhere, Source{Secret: secret, Key: key})
		}
	}
	if len(elsewhere) == 1 {
		return elsewhere[0]
	}
	return Source{}
}

// fromKnownShape looks at the Secrets of the container alone: a sidecar's may be another store's.
func fromKnownShape(objects []*manifest.Object, spec, container *yaml.Node, pairs []provider.KeyPair) Credentials {
	for _, name := range secretsOfContainer(spec, container) {
		data := SecretData(objects, name)
		for _, pair := range pairs {
			_, hasAccess := data[pair.AccessKey]
			_, hasSecret := data[pair.SecretKey]
			if hasAccess && hasSecret {
				return inSecret(name, pair)
			}
		}
	}
	return Credentials{}
}

func inSecret(name string, pair provider.KeyPair) Credentials {
	return Credentials{AccessKey: Source{Secret: name, Key: pair.AccessKey}, SecretKey: Source{Secret: name, Key: pair.SecretKey}}
}

// SecretData returns the decoded values of a Secret in the release, nil if it is not there.
func SecretData(objects []*manifest.Object, name string) map[string]string {
	for _, o := range objects {
		if name == "" || !o.Is("", "Secret") || o.Name != name {
			continue
		}
		values := map[string]string{}
		for key, encoded := range manifest.StringMap(o.Node("data")) {
			if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), "")); err == nil {
				values[key] = string(decoded)
			}
		}
		maps.Copy(values, manifest.StringMap(o.Node("stringData")))
		return values
	}
	return nil
}
