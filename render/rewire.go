package render

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/release"
)

// rewire points consumers that name a provider's Service at the alias, or at the endpoint of an
// external store. Where the configuration does not ask for that, they are only named.
func rewire(s *state) error {
	if s.Resolution.Active == nil {
		return nil
	}
	byText := map[*yaml.Node][]release.Reference{}
	var order []*yaml.Node
	for _, consumer := range s.Release.Consumers {
		for _, reference := range consumer.References {
			if !s.toRewire(reference) {
				continue
			}
			if byText[reference.Node] == nil {
				order = append(order, reference.Node)
			}
			byText[reference.Node] = append(byText[reference.Node], reference)
		}
	}
	for _, node := range order {
		if err := s.rewireText(byText[node]); err != nil {
			return err
		}
	}
	return nil
}

// toRewire tells whether a reference names what consumers should not name. The alias has no
// Service while an external store is active.
func (s *state) toRewire(reference release.Reference) bool {
	if reference.Provider != nil {
		return reference.Port == 0 || reference.Port == reference.S3Port // the console is not S3
	}
	return s.Resolution.Active.External()
}

// rewireText replaces all references in one text; a text that two consumers share comes once for
// each of them.
func (s *state) rewireText(references []release.Reference) error {
	slices.SortFunc(references, func(a, b release.Reference) int { return cmp.Compare(a.Name, b.Name) })
	references = slices.CompactFunc(references, func(a, b release.Reference) bool { return a.Name == b.Name })
	first := references[0]
	where := titleOf(first.Object)
	if !s.cfg.Spec.ObjectStorage.Rewire {
		return s.leave(first, where, "set spec.objectStorage.rewire: true, or change the chart's values")
	}
	if why := s.untouchable(references); why != "" {
		return s.leave(first, where, why+": change the chart's values")
	}
	text := first.Text
	var old, replacements []string
	for _, reference := range slices.Backward(references) {
		replaced, err := s.target(reference, text)
		if err != nil {
			return err
		}
		end := len(replaced) - (len(text) - reference.End)
		old = append(old, hideUser(text[reference.Begin:reference.End]))
		replacements = append(replacements, hideUser(replaced[reference.Begin:end]))
		s.info(where, first.Field, "%s becomes %s", old[len(old)-1], replacements[len(replacements)-1])
		text = replaced
	}
	value := text
	if first.Encoded {
		value = base64.StdEncoding.EncodeToString([]byte(text))
	}
	first.Object.Replace(first.Node, value)
	for _, o := range first.Object.Document().Objects() {
		for _, path := range pathsTo(o.Root(), first.Node) {
			s.record(o, path, strings.Join(old, ", "), strings.Join(replacements, ", "), "consumers follow the active provider")
		}
	}
	return nil
}

// untouchable says why a text that names a store stays as it is, "" if it may be changed: an upgrade
// with a change in what is immutable fails, and what a store reads of itself is not for consumers.
func (s *state) untouchable(references []release.Reference) string {
	o := references[0].Object
	switch {
	case o.Is("batch", "Job"), o.Is("", "Pod"), o.String("immutable") == "true":
		return "it cannot be changed in place"
	case s.Release.UsedByStore(o):
		return "a store uses it too"
	}
	for _, reference := range references {
		if reference.Namespace != "" {
			return fmt.Sprintf("it names the namespace %s, which need not be that of the release", reference.Namespace)
		}
	}
	return ""
}

// leave names a consumer that will not follow the active provider. While an external store is
// active the alias leads nowhere, so that a consumer of the alias is an error.
func (s *state) leave(reference release.Reference, where, remedy string) error {
	if reference.Provider == nil {
		return &Error{
			Object: where, Field: reference.Field, Remedy: remedy,
			Message: fmt.Sprintf("names the alias %s, which has no Service while %s is active", reference.Service, s.Resolution.Active.Title()),
		}
	}
	s.warn(where, reference.Field, "names Service/%s of %s and will not follow the active provider; %s", reference.Service, reference.Provider.Name(), remedy)
	return nil
}

// target returns text with one reference replaced.
func (s *state) target(reference release.Reference, text string) (string, error) {
	if s.Resolution.Active.External() {
		return s.toEndpoint(reference, text)
	}
	alias := s.cfg.Spec.ObjectStorage.Alias
	before, rest := text[:reference.Name], text[reference.NameEnd:reference.End]
	if reference.Scheme == "http" || reference.Scheme == "https" {
		before = text[:reference.Begin] + s.Resolution.Active.Scheme + text[reference.Begin+len(reference.Scheme):reference.Name]
	}
	switch {
	case reference.Port != 0:
		rest = rest[:strings.LastIndexByte(rest, ':')+1] + strconv.Itoa(int(alias.Port))
	case reference.Scheme != "":
		rest += ":" + strconv.Itoa(int(alias.Port))
	case reference.S3Port != alias.Port:
		return "", &Error{
			Object: titleOf(reference.Object), Field: reference.Field,
			Message: fmt.Sprintf("names Service/%s without a port, and the alias has port %d where that Service has %d",
				reference.Service, alias.Port, reference.S3Port),
			Remedy: fmt.Sprintf("set spec.objectStorage.alias.port: %d, or write the port into the address", reference.S3Port),
		}
	}
	return before + alias.Name + rest + text[reference.End:], nil
}

// toEndpoint puts the endpoint of the external store in the place of an address: as a URL where a
// URL stands, else as host:port, else as host.
func (s *state) toEndpoint(reference release.Reference, text string) (string, error) {
	endpoint, err := url.Parse(s.Resolution.Active.Endpoint)
	if err != nil {
		return "", fmt.Errorf("spec.objectStorage.endpoint: %w", err)
	}
	begin, replacement := reference.Begin, ""
	switch {
	case reference.Scheme == "http" || reference.Scheme == "https":
		replacement = endpoint.Scheme + "://" + endpoint.Host
		if between := text[reference.Begin:reference.Name]; strings.HasSuffix(between, "@") {
			_, user, _ := strings.Cut(between, "://")
			replacement = endpoint.Scheme + "://" + user + endpoint.Host
		}
	case reference.Port != 0:
		begin, replacement = reference.Name, hostPort(endpoint)
	default:
		begin, replacement = reference.Name, endpoint.Hostname()
	}
	return text[:begin] + replacement + text[reference.End:], nil
}

// hideUser hides the user information of a URL.
func hideUser(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if at := strings.LastIndexByte(rest, '@'); found && at >= 0 {
		return scheme + "://" + masked + rest[at:]
	}
	return address
}

// hostPort returns host:port with the port that the scheme implies.
func hostPort(endpoint *url.URL) string {
	if endpoint.Port() != "" {
		return endpoint.Host
	}
	if endpoint.Scheme == "https" {
		return endpoint.Host + ":443"
	}
	return endpoint.Host + ":80"
}
