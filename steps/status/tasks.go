package status

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

// plan lists what is read: what the environment has clients for.
func (w *Watcher) plan() []*task {
	var out []*task
	add := func(every time.Duration, after *task, read func(ctx context.Context, t *task) func(*Snapshot)) *task {
		t := &task{every: every, after: after}
		t.read = func(ctx context.Context) func(*Snapshot) { return read(ctx, t) }
		out = append(out, t)
		return t
	}
	e := &w.cfg.Every
	if w.cfg.Identity != nil {
		add(e.Identity, nil, w.identity)
	}
	if w.cfg.Databases != nil && w.cfg.Environment.Database != "" {
		add(e.Database, nil, w.database)
	}
	if w.cfg.Infisical != nil {
		add(e.Secrets, nil, w.secrets)
	}
	if w.cfg.Containers == nil {
		return out
	}
	services := add(e.Services, nil, w.services)
	for i := range w.cfg.Environment.Services {
		known := &w.cfg.Environment.Services[i]
		add(e.Deployments, nil, one(w, known, e.Deployments, func(s *Service) *Figure[[]cloud.Deployment] { return &s.Deployments }, w.cfg.Containers.Deployments))
		add(e.Images, nil, one(w, known, e.Images, func(s *Service) *Figure[[]cloud.Image] { return &s.Images }, w.cfg.Containers.Images))
		if w.cfg.Web != nil {
			add(e.Health, services, one(w, known, e.Health, func(s *Service) *Figure[cloud.Answer] { return &s.Health }, w.health))
		}
		tail := &window{}
		add(e.Requests, services, one(w, known, e.Requests, func(s *Service) *Figure[Requests] { return &s.Requests }, func(ctx context.Context, name string) (Requests, error) {
			return w.requests(ctx, known, tail)
		}))
	}
	return out
}

// one reads a figure of one service.
func one[T any](w *Watcher, known *site.Service, every time.Duration, figure func(*Service) *Figure[T], read func(ctx context.Context, name string) (T, error)) func(context.Context, *task) func(*Snapshot) {
	return func(ctx context.Context, t *task) func(*Snapshot) {
		v, err := read(ctx, known.Name)
		if errors.Is(err, errNothing) {
			return func(*Snapshot) {}
		}
		return w.figure(t, err, func(s *Snapshot, at time.Time) { seen(figure(s.Service(known.Name)), every, at, v, err) })
	}
}

// figure notes the time of a reading, and whether it has to become rarer.
func (w *Watcher) figure(t *task, err error, set func(s *Snapshot, at time.Time)) func(*Snapshot) {
	at := w.cfg.Clock.Now()
	return func(s *Snapshot) {
		t.slow = steps.CodeOf(err) == steps.CodeThrottled
		set(s, at)
	}
}

func (w *Watcher) identity(ctx context.Context, t *task) func(*Snapshot) {
	v, err := w.cfg.Identity.Identity(ctx)
	return w.figure(t, err, func(s *Snapshot, at time.Time) { seen(&s.Identity, w.cfg.Every.Identity, at, v, err) })
}

func (w *Watcher) database(ctx context.Context, t *task) func(*Snapshot) {
	v, err := w.cfg.Databases.Database(ctx, w.cfg.Environment.Database)
	return w.figure(t, err, func(s *Snapshot, at time.Time) { seen(&s.Database, w.cfg.Every.Database, at, v, err) })
}

func (w *Watcher) secrets(ctx context.Context, t *task) func(*Snapshot) {
	list, err := w.cfg.Infisical.List(ctx)
	now := w.cfg.Clock.Now()
	return w.figure(t, err, func(s *Snapshot, at time.Time) {
		seen(&s.Secrets, w.cfg.Every.Secrets, at, counted(list, w.cfg.Environment.Infisical.Keys, now), err)
	})
}

// counted compares the secrets that are there with those that must be.
func counted(list []cloud.Secret, wanted []site.Secret, now time.Time) Secrets {
	have := make(map[string]cloud.Secret, len(list))
	for _, s := range list {
		have[s.Name] = s
	}
	out := Secrets{Wanted: len(wanted)}
	for _, want := range wanted {
		s, ok := have[want.Name]
		if !ok {
			out.Missing = append(out.Missing, want.Name)
			continue
		}
		out.Present++
		if age := now.Sub(s.UpdatedAt); want.Every > 0 && age > want.Every {
			out.Due = append(out.Due, Due{Name: want.Name, Age: age, Late: age - want.Every})
		}
	}
	slices.SortFunc(out.Due, func(a, b Due) int { return int(b.Late - a.Late) })
	return out
}

// services reads all of them in one call. One that the answer does not name is not there.
func (w *Watcher) services(ctx context.Context, t *task) func(*Snapshot) {
	list, err := w.cfg.Containers.Services(ctx)
	return w.figure(t, err, func(s *Snapshot, at time.Time) {
		for i := range s.Services {
			f := &s.Services[i].State
			v, why := cloud.Service{}, err
			if j := slices.IndexFunc(list, func(c cloud.Service) bool { return c.Name == s.Services[i].Name }); j >= 0 {
				v = list[j]
			} else if err == nil {
				why = notThere(s.Services[i].Name, w.cfg.Environment.Region)
			}
			seen(f, w.cfg.Every.Services, at, v, why)
		}
	})
}

func notThere(name, region string) error {
	return &steps.Error{Code: steps.CodeNotFound, What: "AWS names no container service " + name + " in " + region + ".", Meaning: "nothing has changed.",
		Next: "Compare the name, the account and the region with runbook.yaml."}
}

// errNothing says that there is nothing to read: no address, no deployment.
var errNothing = errors.New("there is nothing to read")

// health asks a service for /.
func (w *Watcher) health(ctx context.Context, name string) (cloud.Answer, error) {
	s, _ := w.Latest()
	f := s.Service(name).State
	if !f.Known || f.Value.URL == "" {
		return cloud.Answer{}, errNothing
	}
	return w.cfg.Web.Get(ctx, strings.TrimRight(f.Value.URL, "/")+"/")
}
