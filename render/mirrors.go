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
		"schedule": schedule, "component": "mirror", "account": account, "env": variables,
		"args": []string{"mirror", "--config=/etc/ferry/" + configKey, "--mirror=" + mirror.Name, "--source=" + s.aliasURL()},
	}, "spec", "jobTemplate", "spec", "template")
	if err != nil {
		return err
	}
	_, err = s.add(root, field+".name")
	return err
}
