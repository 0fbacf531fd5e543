package render

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/release"
)

// addMigration adds the Job of the first pass while the alias is still on the provider to copy
// from. Once the manifest selects the other one, a copy in the old direction would destroy what
// consumers have written since: no Job is rendered then.
func addMigration(s *state) error {
	migration := s.cfg.Spec.Migration
	if s.Resolution.Cutover {
		if err := s.cutover(); err != nil {
			return err
		}
	}
	if !migration.Enabled {
		return nil
	}
	if gone, err := s.retires(); gone || err != nil {
		return err
	}
	from, err := s.side("from", migration.From)
	if err != nil {
		return err
	}
	to, err := s.side("to", migration.To)
	if err != nil {
		return err
	}
	switch s.Resolution.Active {
	case from:
		if err := s.firstPass(from, to); err != nil {
			return err
		}
	case to:
		s.info("", "spec.migration", "the alias selects %s already: no copy from %s is made", to.Name(), from.Name())
	default:
		return &Error{
			Field: "spec.migration.from", Message: fmt.Sprintf("is %s, and the active provider is %s", from.Name(), s.Resolution.Active.Title()),
			Remedy: "migrate from the provider that the alias selects, or set spec.objectStorage.previousProvider to it",
		}
	}
	return s.addCutover(from, to)
}

// retires tells whether the store that the objects were moved from is enabled no more: its last upgrade
// looks at it once again.
func (s *state) retires() (bool, error) {
	migration := s.cfg.Spec.Migration
	to := s.Release.Provider(migration.To)
	if s.Release.Provider(migration.From) != nil || to == nil || s.Resolution.Active != to || !s.carriesHooks() {
		return false, nil
	}
	s.info("", "spec.migration", "%s is not enabled any more: the hook looks whether it holds anything that %s does not", migration.From, to.Name())
	return true, s.addCutover(to)
}

// cutover leaves the proof to the guard where one stands, and takes the word of a configuration that
// does not demand proof. Any other cutover is refused: nothing would ask whether the objects have moved.
func (s *state) cutover() error {
	active := s.Resolution.Active.Name()
	switch {
	case !s.cfg.Spec.PreUpgradeChecks.RequireProof:
		s.warn("", "spec.preUpgradeChecks.requireProof", "is false: that the objects are on %s is taken on trust", active)
		return nil
	case s.Guard == GuardHook || s.Guard == GuardClient:
		s.info("", "spec.objectStorage", "the guard demands the proof that the objects are on %s", active)
		return nil
	}
	field := "cutoverAcknowledged"
	if s.cfg.Spec.ObjectStorage.ActiveProvider != release.Auto {
		field = "activeProvider"
	}
	return &Error{
		Field:   "spec.objectStorage." + field,
		Message: fmt.Sprintf("the cutover to %s is not proven, and no guard can ask for the proof: %s", active, s.noGuard()),
		Remedy: fmt.Sprintf("compare the stores with `ferry-hook verify`; once it ends with DONE, set spec.preUpgradeChecks.requireProof: false "+
			"(or spec.objectStorage.previousProvider: %s, if the alias selects it already)", active),
	}
}

// side returns the provider of one side of the migration.
func (s *state) side(field, name string) (*release.Provider, error) {
	if p := s.Release.Provider(name); p != nil {
		return p, nil
	}
	return nil, &Error{
		Field:   "spec.migration." + field,
		Message: fmt.Sprintf("is %s, which is not enabled: a migration runs while both its providers do", name),
		Remedy:  fmt.Sprintf("enable %s in the chart's values beside the other one, or set spec.migration.enabled: false", name),
	}
}

func (s *state) firstPass(from, to *release.Provider) error {
	origin, err := s.address(from)
	if err != nil {
		return err
	}
	destination, err := s.address(to)
	if err != nil {
		return err
	}
	if origin == destination {
		return &Error{
			Field:   "spec.migration",
			Message: fmt.Sprintf("%s and %s are reached by one address, %s: nothing can be copied between them", from.Title(), to.Title(), origin),
			Remedy:  "give each store a Service that selects its pods alone",
		}
	}
	source, err := s.jobCredentials(from)
	if err != nil {
		return err
	}
	target, err := s.jobCredentials(to)
	if err != nil {
		return err
	}
	account, err := s.account("migration")
	if err != nil {
		return err
	}
	args := []string{"migrate", "--config=/etc/ferry/" + configKey, "--source=" + origin, "--destination=" + destination}
	if s.cfg.Spec.Migration.DryRun {
		args = append(args, "--dry-run")
	}
	root, err := s.job("migration.yaml", map[string]any{
		"component": "migration", "account": account, "token": false, "args": args,
		"env": append(env("SOURCE", source), env("DESTINATION", target)...),
	}, "spec", "template")
	if err != nil {
		return err
	}
	if err := s.nameByContent(root, fmt.Sprintf("%s-migration-%s-to-%s", s.cfg.Metadata.Name, from.Name(), to.Name())); err != nil {
		return err
	}
	_, err = s.add(root, "spec.migration")
	return err
}

// nameByContent ends the name of a Job in a hash of its content and of what it reads from the
// configuration: the template of a Job cannot be changed, so that another content needs another Job.
func (s *state) nameByContent(root *yaml.Node, prefix string) error {
	storage := s.cfg.Spec.ObjectStorage
	read, err := json.Marshal([]any{s.cfg.Spec.Migration, storage.DefaultBuckets, storage.Region, storage.Alias})
	if err != nil {
		return fmt.Errorf("spec.migration: %w", err)
	}
	setString(root, shorten(prefix, maxName-9)+"-"+hash(append(encode(root), read...)), "metadata", "name")
	return nil
}

// address returns the URL of one side: its own, not the alias, which may move while a Job runs. A
// store without a Service of its own gets one.
func (s *state) address(p *release.Provider) (string, error) {
	if url := p.URL(); url != "" {
		return url, nil
	}
	name := shorten(s.cfg.Metadata.Name+"-"+p.Name()+"-migration", maxName)
	root, err := s.object("side-service.yaml", map[string]any{
		"service": name, "selector": p.Selector, "port": p.Row.Port, "targetPort": p.TargetPort,
	})
	if err != nil {
		return "", err
	}
	if _, err := s.add(root, "spec.migration"); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s://%s:%d", p.Scheme, name, p.Row.Port), nil
}
