package site

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Describe says, in lines, what the site's file would use: what a person sees before trusting it.
func (s *Site) Describe() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.Environments)) {
		e := s.Environments[name]
		out = append(out, name+":")
		for _, line := range e.Describe() {
			out = append(out, "  "+line)
		}
	}
	return out
}

// Describe says what the environment would use: account, region, profile, services, database, Infisical, addresses.
func (e *Environment) Describe() []string {
	profile := e.Profile
	if profile == "" {
		profile = "the default of the AWS configuration"
	}
	out := []string{
		fmt.Sprintf("account    %s (%s)", e.Account, e.Title),
		"region     " + e.Region,
		"profile    " + profile,
	}
	for i := range e.Services {
		s := &e.Services[i]
		out = append(out, fmt.Sprintf("service    %s (%s): container %s, port %d, %d environment keys, %d addresses looked at", s.Name, s.Role, s.Container, s.Port, len(s.Keys), len(s.Probes)))
	}
	out = append(out, "database   "+e.Database)
	if e.Infisical.Project == "" {
		out = append(out, "Infisical  none: no project is named")
	} else {
		out = append(out, fmt.Sprintf("Infisical  project %s, environment %s, folder %s, at %s: %d secrets by name", e.Infisical.Project, e.Infisical.Environment, e.Infisical.Path, e.Infisical.URL, len(e.Infisical.Keys)))
	}
	if e.AppURL != "" {
		out = append(out, "people     "+e.AppURL)
	}
	if len(e.Batches) > 0 {
		words := make([]string, len(e.Batches))
		for i, w := range e.Batches {
			words[i] = w.String()
		}
		out = append(out, "batches    "+strings.Join(words, ", ")+" UTC: no deployment then")
	}
	if e.AnswersSend {
		out = append(out, "answers    a file may satisfy a typed confirmation")
	}
	return out
}

// String is the window as it stands in the file, 02:45-03:30.
func (w Window) String() string {
	of := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	return of(w.From) + "-" + of(w.To)
}

// Holds reports whether t falls into the window. A window that ends before it begins goes over midnight.
func (w Window) Holds(t time.Time) bool {
	t = t.UTC()
	at := clock(t.Hour(), t.Minute()) + time.Duration(t.Second())*time.Second
	if w.From <= w.To {
		return at >= w.From && at < w.To
	}
	return at >= w.From || at < w.To
}
