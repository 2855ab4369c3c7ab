package world

import (
	"fmt"
	"time"
)

// Platform is the principal of what the cloud does by itself.
const Platform = "platform"

// Advance lets everything happen that is due at now, in the order of time, and reports whether there was anything.
func (s *State) Advance(now time.Time) bool {
	moved := false
	for {
		var due *Service
		var at time.Time
		for _, v := range s.Services {
			if t, ok := v.due(); ok && !t.After(now) && (due == nil || t.Before(at)) {
				due, at = v, t
			}
		}
		if due == nil {
			return moved
		}
		moved = true
		s.step(due, at)
	}
}

// due is when the service changes next.
func (v *Service) due() (time.Time, bool) {
	switch d := v.Deployment(v.Next); {
	case d != nil && !d.Started:
		return d.StartsAt, true
	case d != nil:
		return d.EndsAt, true
	case v.Update != nil && !v.Update.Started && !v.Update.StartsAt.IsZero():
		return v.Update.StartsAt, true
	case v.Update != nil:
		return v.Update.Ends, true
	}
	return time.Time{}, false
}

func (s *State) step(v *Service, at time.Time) {
	d := v.Deployment(v.Next)
	switch {
	case d != nil && !d.Started:
		s.start(v, d, at)
	case d != nil && v.crashes(d):
		s.fail(v, d, at)
	case d != nil:
		s.activate(v, d, at)
	case !v.Update.Started && !v.Update.StartsAt.IsZero():
		s.restart(v, at)
	default:
		s.updated(v, at)
	}
}

// start begins the containers of a deployment that is coming: they run, and are not asked yet.
func (s *State) start(v *Service, d *Deployment, at time.Time) {
	d.Started = true
	for name := range d.Containers {
		v.Runs = append(v.Runs, s.launch(v, d, name, at))
	}
	sortRuns(v.Runs)
	if v.crashes(d) {
		d.EndsAt = d.CreatedAt.Add(FailAfter)
	}
}

// crashes reports whether a deployment's containers cannot become healthy.
func (v *Service) crashes(d *Deployment) bool {
	for _, r := range v.Runs {
		if r.Version == d.Version && r.Started.Equal(d.StartsAt) && len(r.Crash) > 0 {
			return true
		}
	}
	return false
}

func (s *State) activate(v *Service, d *Deployment, at time.Time) {
	if old := v.Deployment(v.Current); old != nil {
		old.State = "INACTIVE"
	}
	d.State = "ACTIVE"
	v.Current, v.Next = d.Version, 0
	v.replaceRuns(d.Version, at)
	s.Record(Entry{At: at, Principal: Platform, Operation: "Deployment", Target: v.Name, Effect: EffectChanged, Note: fmt.Sprintf("version %d is ACTIVE", d.Version)})
}

func (s *State) fail(v *Service, d *Deployment, at time.Time) {
	d.State = "FAILED"
	v.Next = 0
	for _, r := range v.Runs {
		if r.Version == d.Version && r.Stops.IsZero() {
			r.Failed, r.Stops = at, at
		}
	}
	s.Record(Entry{At: at, Principal: Platform, Operation: "Deployment", Target: v.Name, Effect: EffectChanged, Note: fmt.Sprintf("version %d is FAILED", d.Version)})
}

// drain is how long a container lives on after another has taken its place.
const drain = 20 * time.Second

// replaceRuns gives the traffic to the newest containers of a version.
func (v *Service) replaceRuns(version int, at time.Time) {
	for _, r := range v.Runs {
		switch {
		case !r.Stops.IsZero():
		case r.Version == version && r.Serves.IsZero():
			r.Serves = at
		case !r.Serves.IsZero() && r.Until.IsZero():
			r.Until, r.Stops = at, at.Add(drain)
		}
	}
}

func (s *State) updated(v *Service, at time.Time) {
	u := v.Update
	v.Update = nil
	note := fmt.Sprintf("%s × %d", v.Power, v.Scale)
	switch {
	case u.Disabling:
		v.stopRuns(at)
		note = "DISABLED"
	case u.Started:
		v.replaceRuns(v.Current, at)
	}
	s.Record(Entry{At: at, Principal: Platform, Operation: "Update", Target: v.Name, Effect: EffectChanged, Note: note})
}

// restart begins the containers of the current deployment once more, for a new size or after a rest. What served before serves
// again, so they do not crash.
func (s *State) restart(v *Service, at time.Time) {
	v.Update.Started = true
	d := v.Deployment(v.Current)
	if d == nil {
		return
	}
	for name := range d.Containers {
		r := s.launch(v, d, name, at)
		r.Crash = nil
		v.Runs = append(v.Runs, r)
	}
	sortRuns(v.Runs)
}

func (v *Service) stopRuns(at time.Time) {
	for _, r := range v.Runs {
		if r.Stops.IsZero() {
			r.Until, r.Stops = at, at
		}
	}
}

// Status is the state of a service at now, with the detail that Lightsail gives while it is on the way.
func (v *Service) Status(now time.Time) (state, code string) {
	if d := v.Deployment(v.Next); d != nil {
		return "DEPLOYING", d.detail(now)
	}
	switch {
	case v.Update != nil:
		return "UPDATING", v.Update.detail(now)
	case v.Disabled:
		return "DISABLED", ""
	case v.Current != 0:
		return "RUNNING", ""
	}
	return "READY", ""
}

func (d *Deployment) detail(now time.Time) string {
	if !d.Started {
		part := float64(now.Sub(d.CreatedAt)) / float64(d.StartsAt.Sub(d.CreatedAt))
		return stage(part, "CREATING_SYSTEM_RESOURCES", "CREATING_NETWORK_INFRASTRUCTURE", "PROVISIONING_SERVICE", "CREATING_DEPLOYMENT")
	}
	if d.EndsAt.Sub(d.CreatedAt) < FailAfter && now.After(d.EndsAt.Add(-10*time.Second)) {
		return "ACTIVATING_DEPLOYMENT"
	}
	return "EVALUATING_HEALTH_CHECK"
}

func (u *Update) detail(now time.Time) string {
	part := float64(now.Sub(u.Began)) / float64(u.Ends.Sub(u.Began))
	if u.Disabling {
		return stage(part, "CREATING_SYSTEM_RESOURCES", "PROVISIONING_SERVICE")
	}
	return stage(part, "CREATING_SYSTEM_RESOURCES", "PROVISIONING_SERVICE", "CREATING_DEPLOYMENT", "EVALUATING_HEALTH_CHECK", "ACTIVATING_DEPLOYMENT")
}

func stage(part float64, names ...string) string {
	return names[min(len(names)-1, max(0, int(part*float64(len(names)))))]
}

// Serving is the run that answers the service's address at now, nil where there is none.
func (v *Service) Serving(now time.Time) *Run {
	for i := len(v.Runs) - 1; i >= 0; i-- {
		r := v.Runs[i]
		if r.Public && !r.Serves.IsZero() && !r.Serves.After(now) && (r.Until.IsZero() || r.Until.After(now)) {
			return r
		}
	}
	return nil
}
