package site

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/JustAJobApp/runbook/steps"
)

// The shapes of names. They are allow-lists: what does not fit does not reach a call.
var (
	accountShape  = lazily(`^[0-9]{12}$`)
	regionShape   = lazily(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)
	envShape      = lazily(`^[a-z][a-z0-9-]{0,31}$`)
	wordShape     = lazily(`^[a-z][a-z0-9-]{0,31}$`)
	profileShape  = lazily(`^[A-Za-z0-9_.@+-]{1,64}$`)
	keyShape      = lazily(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
	secretShape   = lazily(`^[A-Za-z_][A-Za-z0-9_.-]{0,127}$`)
	projectShape  = lazily(`^[A-Za-z0-9-]{1,64}$`)
	pathShape     = lazily(`^/[A-Za-z0-9._~/?=&%-]{0,255}$`)
	windowShape   = lazily(`^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$`)
	daysShape     = lazily(`^[0-9]{1,5}d$`)
	titleShape    = lazily(`^[^\x00-\x1f\x7f]{1,60}$`)
	databaseShape = lazily(`^[A-Za-z0-9][A-Za-z0-9-]{1,254}$`)
)

// lazily compiles at the first use: most commands read no configuration.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// parse reads a whole file. Every fault is in the one error.
func parse(name string, src []byte) (Site, error) {
	r := &reader{file: name}
	s := Site{Name: defaultName, Environments: map[string]Environment{}}
	root := r.root(src)
	if root == nil {
		return Site{}, r.err()
	}
	var named ast.Node
	r.mapping(root, fields{
		"name":    func(n ast.Node) { s.Name = r.fit(n, titleShape().MatchString, "a short name") },
		"default": func(n ast.Node) { s.Default, named = r.fit(n, envShape().MatchString, "the name of an environment"), n },
		"environments": func(n ast.Node) {
			if m := r.asMapping(n, "names of environments"); m != nil {
				r.each(m, func(key ast.Node, env string, value ast.Node) { s.Environments[env] = r.environment(key, env, value) })
			}
		},
	})
	if len(s.Environments) == 0 && len(r.problems) == 0 {
		r.fault(root, "no environment is named", "environments: with one key at least, such as production")
	}
	if _, ok := s.Environments[s.Default]; !ok && s.Default != "" {
		r.fault(named, fmt.Sprintf("%q is no environment of this file", s.Default), strings.Join(slices.Sorted(maps.Keys(s.Environments)), ", "))
	}
	if s.Default == "" && len(s.Environments) == 1 {
		for only := range s.Environments {
			s.Default = only
		}
	}
	if err := r.err(); err != nil {
		return Site{}, err
	}
	return s, nil
}

func (r *reader) environment(key ast.Node, name string, n ast.Node) Environment {
	e := Template()
	e.Name, e.Title = name, name
	if !envShape().MatchString(name) {
		r.fault(key, fmt.Sprintf("%q", clip(name)), "a name of small letters, digits and -")
	}
	if name == practiceName {
		r.fault(key, `"practice" is the simulated cloud's name`, "another one")
	}
	r.mapping(n, fields{
		"title":   func(n ast.Node) { e.Title = r.fit(n, titleShape().MatchString, "a short name") },
		"account": func(n ast.Node) { e.Account = r.fit(n, accountShape().MatchString, "an account of twelve digits") },
		"region":  func(n ast.Node) { e.Region = r.fit(n, regionShape().MatchString, "a region such as eu-west-1") },
		"profile": func(n ast.Node) {
			e.Profile = r.fit(n, profileShape().MatchString, "a profile of the AWS configuration")
		},
		"database":     func(n ast.Node) { e.Database = r.fit(n, databaseShape().MatchString, "a database's name") },
		"app_url":      func(n ast.Node) { e.AppURL = r.address(n) },
		"answers_send": func(n ast.Node) { e.AnswersSend = r.truth(n) },
		"services":     func(n ast.Node) { e.Services = r.services(n) },
		"infisical":    func(n ast.Node) { r.infisical(n, &e.Infisical) },
		"batches":      func(n ast.Node) { e.Batches = r.windows(n) },
	})
	if e.Account == "" && !r.faulted(n) {
		r.fault(key, fmt.Sprintf("%s names no account", name), "account: twelve digits")
	}
	if e.Account == practiceAccount {
		r.fault(key, "000000000000 is the simulated cloud's account", "a real one")
	}
	return e
}

// faulted reports whether the value of account was there and unfit, so that it is not said twice.
func (r *reader) faulted(n ast.Node) bool {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return true
	}
	return slices.ContainsFunc(m.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == "account" })
}

// services reads the list. An entry whose name the template has starts from it; a list of its own replaces the template's.
func (r *reader) services(n ast.Node) []Service {
	template := Template()
	var out []Service
	r.list(n, func(item ast.Node) {
		s := Service{Port: 80}
		if m, ok := item.(*ast.MappingNode); ok {
			for _, v := range m.Values {
				if known := template.Service(v.Value.GetToken().Value); v.Key.GetToken().Value == "name" && known != nil {
					s = *known
				}
			}
		}
		r.service(item, &s)
		if slices.ContainsFunc(out, func(o Service) bool { return o.Name == s.Name }) {
			r.fault(item, fmt.Sprintf("%s stands here twice", s.Name), "each service once")
		}
		out = append(out, s)
	})
	return out
}

func (r *reader) service(n ast.Node, s *Service) {
	r.mapping(n, fields{
		"name": func(n ast.Node) {
			s.Name = r.fit(n, func(t string) bool { return steps.KindService.Check("name", t) == nil }, "a container service's name")
		},
		"role":      func(n ast.Node) { s.Role = r.fit(n, wordShape().MatchString, "a word such as backend or frontend") },
		"container": func(n ast.Node) { s.Container = r.fit(n, wordShape().MatchString, "a container's name") },
		"port":      func(n ast.Node) { s.Port = r.number(n, 1, 65535) },
		"keys":      func(n ast.Node) { s.Keys = r.names(n, keyShape(), "an environment key") },
		"migrates":  func(n ast.Node) { s.Migrates = r.truth(n) },
		"probes": func(n ast.Node) {
			s.Probes = nil
			r.list(n, func(item ast.Node) { s.Probes = append(s.Probes, r.probe(item)) })
		},
	})
	if s.Name == "" {
		r.fault(n, "the service has no name", "name:")
	}
	if s.Role == "" {
		s.Role = s.Name
	}
	if s.Container == "" {
		s.Container = s.Role
	}
}

func (r *reader) probe(n ast.Node) WebProbe {
	var p WebProbe
	r.mapping(n, fields{
		"name": func(n ast.Node) { p.Name = r.fit(n, titleShape().MatchString, "a short name") },
		"path": func(n ast.Node) {
			p.Path = r.fit(n, pathShape().MatchString, "a path such as /payment/prices")
			if strings.HasPrefix(p.Path, "/heartbeat") {
				r.fault(n, "/heartbeat takes 4 requests an hour", "a path that may be looked at often")
			}
		},
		"status":   func(n ast.Node) { r.list(n, func(i ast.Node) { p.Status = append(p.Status, r.number(i, 100, 599)) }) },
		"location": func(n ast.Node) { p.Location = r.text(n, "what the Location begins with") },
		"contains": func(n ast.Node) { p.Contains = r.text(n, "what the body contains") },
	})
	if p.Path == "" {
		p.Path = "/"
	}
	if p.Name == "" {
		p.Name = p.Path
	}
	if len(p.Status) == 0 {
		p.Status = []int{200}
	}
	return p
}

func (r *reader) infisical(n ast.Node, i *Infisical) {
	r.mapping(n, fields{
		"url":     func(n ast.Node) { i.URL = r.address(n) },
		"project": func(n ast.Node) { i.Project = r.fit(n, projectShape().MatchString, "the project's ID") },
		"environment": func(n ast.Node) {
			i.Environment = r.fit(n, envShape().MatchString, "an environment's slug such as prod")
		},
		"path": func(n ast.Node) { i.Path = r.fit(n, pathShape().MatchString, "a folder such as /") },
		"secrets": func(n ast.Node) {
			i.Keys = nil
			r.list(n, func(item ast.Node) { i.Keys = append(i.Keys, r.secret(item)) })
		},
	})
}

// secret is a name, or a name with how often it is changed.
func (r *reader) secret(n ast.Node) Secret {
	var s Secret
	name := func(n ast.Node) { s.Name = r.fit(n, secretShape().MatchString, "a secret's name") }
	if _, ok := n.(*ast.MappingNode); !ok {
		name(n)
		return s
	}
	r.mapping(n, fields{"name": name, "every": func(n ast.Node) {
		t := r.fit(n, func(t string) bool { return daysShape().MatchString(t) }, "days, such as 365d")
		var days int
		_, _ = fmt.Sscanf(t, "%dd", &days) // "" is a fault already
		s.Every = time.Duration(days) * 24 * time.Hour
	}})
	if s.Name == "" {
		r.fault(n, "the secret has no name", "name:")
	}
	return s
}

func (r *reader) names(n ast.Node, shape *regexp.Regexp, expected string) []string {
	var out []string
	r.list(n, func(i ast.Node) { out = append(out, r.fit(i, shape.MatchString, expected)) })
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *reader) windows(n ast.Node) []Window {
	out := []Window{}
	r.list(n, func(i ast.Node) {
		t := r.fit(i, windowShape().MatchString, "a time of day, UTC, such as 02:45-03:30")
		if m := windowShape().FindStringSubmatch(t); m != nil {
			var h, mi, h2, mi2 int
			_, _ = fmt.Sscanf(t, "%d:%d-%d:%d", &h, &mi, &h2, &mi2)
			out = append(out, Window{clock(h, mi), clock(h2, mi2)})
		}
	})
	return out
}

// address is a URL that may be asked: https, or http on this machine.
func (r *reader) address(n ast.Node) string {
	return strings.TrimRight(r.fit(n, func(t string) bool {
		u, err := url.Parse(t)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
			return false
		}
		ip, _ := netip.ParseAddr(u.Hostname())
		return u.Scheme == "https" || u.Scheme == "http" && (ip.IsLoopback() || u.Hostname() == "localhost")
	}, "an https address without a name or password in it"), "/")
}
