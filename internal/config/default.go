package config

import "time"

// New returns a document with every default that does not depend on another field.
func New() *Config {
	return &Config{
		Spec: Spec{
			ObjectStorage: ObjectStorage{
				Alias:            Alias{Port: 9000},
				ActiveProvider:   "auto",
				PreviousProvider: "minio",
				Region:           "us-east-1",
			},
			PreUpgradeChecks: PreUpgradeChecks{Enabled: true, RequireProof: true},
			Migration:        Migration{Quiesce: true, Deadline: Duration(4 * time.Minute)},
		},
	}
}

// SetDefaults fills a mirror before the document is decoded over it.
func (m *Mirror) SetDefaults() {
	m.Deadline = Duration(20 * time.Minute)
	m.Destination.Region = "us-east-1"
	m.Remove = Remove{MaxPercent: 10, Trash: Duration(30 * day)}
}

// SetDefaults fills a snapshot schedule before the document is decoded over it.
func (s *Snapshot) SetDefaults() {
	s.Retention = Retention{Last: 24, Daily: 7, Weekly: 4, Failed: 3}
}

// complete fills the defaults that depend on other fields. Nothing is made of a bad name: one fault
// is enough.
func (c *Config) complete() {
	storage := &c.Spec.ObjectStorage
	if storage.Alias.Name == "" && len(c.Metadata.Name) <= maxName && labelPattern.MatchString(c.Metadata.Name) {
		storage.Alias.Name = c.Metadata.Name + "-objectstorage"
	}
	if storage.Credentials.SecretName == "" && labelPattern.MatchString(storage.Alias.Name) {
		storage.Credentials.SecretName = storage.Alias.Name + "-credentials"
	}
	for i := range c.Spec.Mirrors {
		if len(c.Spec.Mirrors[i].Buckets) == 0 {
			c.Spec.Mirrors[i].Buckets = storage.DefaultBuckets
		}
	}
	for i := range c.Spec.Snapshots {
		claims := &c.Spec.Snapshots[i].Claims
		if claims.ways() == 0 {
			claims.Provider = "active"
		}
	}
}

// CredentialsSecret returns the name of the Secret that consumers read.
func (c *Config) CredentialsSecret() string {
	if existing := c.Spec.ObjectStorage.Credentials.ExistingSecret; existing != "" {
		return existing
	}
	return c.Spec.ObjectStorage.Credentials.SecretName
}
