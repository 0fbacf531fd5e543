package render

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
)

// addMirrors adds a CronJob for each mirror, from the active provider to the mirror's destination.
func addMirrors(s *state) error {
	mirrors := s.cfg.Spec.Mirrors
	if len(mirrors) == 0 {
		return nil
	}
	if s.Resolution.Active == nil {
		return &Error{
			Field: "spec.mirrors", Message: "there is nothing to mirror: no provider is enabled in the release",
			Remedy: "enable one, set spec.objectStorage.endpoint, or give the row of a store in another release a selector",
		}
	}
	account, err := s.account("mirror")
	if err == nil {
		err = s.addSummaries(account)
	}
	if err != nil {
		return err
	}
	for i, mirror := range mirrors {
		if err := s.addMirror(fmt.Sprintf("spec.mirrors[%d]", i), mirror, account); err != nil {
			return err
		}
	}
	return nil
}

// addSummaries adds a ConfigMap for each mirror, into which its runs write how they ended, and the
// right to do that. It has no data in the manifest: Helm leaves alone what it has not put there.
func (s *state) addSummaries(account string) error {
	var names []string
	for i, mirror := range s.cfg.Spec.Mirrors {
		names = append(names, s.summaryOf(mirror))
		root, err := s.object("mirror-summary.yaml", map[string]any{"summary": s.summaryOf(mirror), "mirror": mirror})
		if err == nil {
			_, err = s.add(root, fmt.Sprintf("spec.mirrors[%d].name", i))
		}
		if err != nil {
			return err
		}
	}
	for _, template := range []string{"mirror-role.yaml", "mirror-rolebinding.yaml"} {
		root, err := s.object(template, map[string]any{"account": account, "summaries": names})
		if err == nil {
			_, err = s.add(root, "metadata.name")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// summaryOf is the name of the ConfigMap of a mirror.
func (s *state) summaryOf(mirror config.Mirror) string {
	return shorten(s.cfg.Metadata.Name+"-mirror-"+mirror.Name, maxName)
}

func (s *state) addMirror(field string, mirror config.Mirror, account string) error {
	schedule := mirror.Schedule
	if schedule == "" {
		var err error
		if schedule, err = config.Schedule(mirror.RPO, mirror.Deadline); err != nil {
			return &Error{Field: field + ".rpo", Message: err.Error()}
		}
	}
	source, err := s.jobCredentials(s.Resolution.Active)
	if err != nil {
		return err
	}
	variables := env("SOURCE", source)
	if mirror.Destination.SecretName != "" {
		variables = append(variables, env("DESTINATION", keysIn(mirror.Destination.SecretName))...)
	}
	root, err := s.job("mirror.yaml", map[string]any{
		"job": shorten(s.cfg.Metadata.Name+"-mirror-"+mirror.Name, maxCronJobName), "mirror": mirror,
		"schedule": schedule, "component": "mirror", "account": account, "token": true, "env": variables,
		"args": []string{
			"mirror", "--config=/etc/ferry/" + configKey, "--mirror=" + mirror.Name, "--source=" + s.aliasURL(), "--summary=" + s.summaryOf(mirror),
		},
	}, "spec", "jobTemplate", "spec", "template")
	if err != nil {
		return err
	}
	_, err = s.add(root, field+".name")
	return err
}
