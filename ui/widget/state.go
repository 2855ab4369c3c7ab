package widget

import (
	"fmt"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// StateTitle is the title of a state panel: how fresh it is, or that it is stale.
func StateTitle(t *theme.Theme, s *status.Snapshot, now time.Time) string {
	if s == nil {
		return "State"
	}
	newest, stale := time.Time{}, time.Duration(0)
	for i := range s.Services {
		st := s.Services[i].State
		if st.Known && st.At.After(newest) {
			newest = st.At
		}
		if st.Stale(now) {
			stale = max(stale, st.Age(now))
		}
	}
	switch {
	case stale > 0:
		return t.Strong(theme.RoleWarn, t.Sign(theme.Warn)+" State · stale "+Age(stale))
	case newest.IsZero():
		return "State"
	default:
		return "State · " + Age(now.Sub(newest)) + " ago"
	}
}

// ShortImage is an image's name without the service: backend.13.
func ShortImage(image string) string {
	if i := strings.IndexByte(image, '.'); strings.HasPrefix(image, ":") && i > 0 {
		return image[i+1:]
	}
	return image
}

// ServiceState is a service's state, painted by what it means.
func ServiceState(t *theme.Theme, s cloud.Service) string {
	switch {
	case s.Disabled, s.State == cloud.ServiceDisabled:
		return t.Strong(theme.RoleBad, cloud.ServiceDisabled)
	case s.State == cloud.ServiceRunning:
		return t.Strong(theme.RoleOK, s.State)
	case s.State == cloud.ServiceReady:
		return t.Strong(theme.RoleWarn, "READY, no deployment")
	case s.State == cloud.ServiceDeleting:
		return t.Strong(theme.RoleBad, s.State)
	default:
		return t.Strong(theme.RoleWait, s.State)
	}
}

// Known says a figure as it must look: fresh as text; stale in brackets, without colour, and why; never known as that.
func Known[T any](t *theme.Theme, f status.Figure[T], now time.Time, text func(T) string) string {
	switch {
	case !f.Known && f.Err == nil:
		return t.Wait(t.Sign(theme.Wait) + " looking")
	case !f.Known:
		return t.Unknown(t.Sign(theme.Unknown)+" not known:") + " " + why(f.Err)
	case f.Stale(now):
		return "(" + strip(text(f.Value)) + ")  " + t.Warn(t.Sign(theme.Warn)+" stale") + because(f.Err)
	default:
		return text(f.Value)
	}
}

func because(err *steps.Error) string {
	if err == nil {
		return ""
	}
	return ": " + why(err)
}

// why is a failed reading in a word or two.
func why(err *steps.Error) string {
	switch err.Code {
	case steps.CodeCredentials:
		return "no login"
	case steps.CodeThrottled, steps.CodeUnreachable:
		return string(err.Code)
	case steps.CodeNotFound:
		return "not found"
	default:
		return err.What
	}
}

// stateHead is a figure's name with its age at the right end.
func stateHead[T any](t *theme.Theme, name string, f status.Figure[T], now time.Time, w int) string {
	if !f.Known {
		return name
	}
	return Ends(name, t.Muted(Age(f.Age(now))), w)
}

// StateLines is the state panel, side by side with others: w columns, about twenty lines. Further lines of its own may follow.
func StateLines(t *theme.Theme, s *status.Snapshot, now time.Time, w int) []string {
	if s == nil || s.At.IsZero() {
		return []string{t.Wait(t.Sign(theme.Wait) + " looking for the first time")}
	}
	var out []string
	for i := range s.Services {
		out = append(out, serviceLines(t, &s.Services[i], now, w)...)
	}
	out = append(out, databaseLines(t, s, now, w)...)
	out = append(out, secretLines(t, s, now, w)...)
	for i := range out {
		out[i] = Clip(out[i], w)
	}
	return out
}

func serviceLines(t *theme.Theme, s *status.Service, now time.Time, w int) []string {
	out := []string{stateHead(t, called(s), s.State, now, w)}
	out = append(out, "  "+Known(t, s.State, now, func(v cloud.Service) string { return serviceLine(t, v) }))
	if s.State.Known && s.State.Value.Next != nil {
		next := s.State.Value.Next
		out = append(out, fmt.Sprintf("  coming  v%d  %s", next.Version, ShortImage(next.Image())))
	}
	out = append(out, "  "+Known(t, s.Health, now, func(a cloud.Answer) string { return "/    " + answered(t, a) }))
	if s.Requests.Known || s.Requests.Err != nil {
		out = append(out, "  "+Known(t, s.Requests, now, func(r status.Requests) string { return "API  " + requests(t, r, "on ") }))
	}
	if r := s.Requests.Value; s.Requests.Known && !s.Requests.Stale(now) && errorsSeen(r) {
		out = append(out, fmt.Sprintf("  errors  %s  %d/min", Spark(t, r.Spark), r.PerMinute))
	}
	return out
}

func serviceLine(t *theme.Theme, v cloud.Service) string {
	if v.Current == nil {
		return ServiceState(t, v)
	}
	return fmt.Sprintf("%s  v%d  %s", ServiceState(t, v), v.Current.Version, ShortImage(v.Current.Image()))
}

func answered(t *theme.Theme, a cloud.Answer) string {
	text := fmt.Sprintf("%d  %d ms", a.Status, a.Took.Milliseconds())
	if a.Status >= 500 {
		return t.Bad(t.Sign(theme.Fail)) + " " + text
	}
	return text
}

func requests(t *theme.Theme, r status.Requests, on string) string {
	switch {
	case r.Of == 0:
		return "no request yet"
	case r.Bad == 0:
		return fmt.Sprintf("no 500 in %d", r.Of)
	default:
		return t.Strong(theme.RoleBad, t.Sign(theme.Fail)+" 500") + fmt.Sprintf(" %s%d of %d", on, r.Bad, r.Of)
	}
}

func errorsSeen(r status.Requests) bool {
	for _, n := range r.Spark {
		if n > 0 {
			return true
		}
	}
	return r.PerMinute > 0
}

func databaseLines(t *theme.Theme, s *status.Snapshot, now time.Time, w int) []string {
	out := []string{stateHead(t, "database", s.Database, now, w)}
	out = append(out, "  "+Known(t, s.Database, now, func(d cloud.Database) string { return databaseState(t, d) }))
	if d := s.Database; d.Known && !d.Value.LatestRestorableTime.IsZero() {
		at := d.Value.LatestRestorableTime
		out = append(out, "  "+Ends("restorable to", t.Clock(at)+" ", w-2), "  a restore loses "+Span(max(0, now.Sub(at))))
	}
	return out
}

func databaseState(t *theme.Theme, d cloud.Database) string {
	switch d.State {
	case "available":
		return t.OK(d.State)
	case "failed", "stopped", "incompatible-restore", "incompatible-network", "storage-full":
		return t.Strong(theme.RoleBad, d.State)
	default:
		return t.Wait(d.State)
	}
}

func secretLines(t *theme.Theme, s *status.Snapshot, now time.Time, w int) []string {
	out := []string{stateHead(t, "secrets", s.Secrets, now, w)}
	out = append(out, "  "+Known(t, s.Secrets, now, func(v status.Secrets) string { return secretsPresent(t, v) + " present" }))
	if v := s.Secrets.Value; s.Secrets.Known && len(v.Due) > 0 {
		out = append(out, "  "+t.Warn(fmt.Sprintf("%s %d due", t.Sign(theme.Warn), len(v.Due)))+": "+v.Due[0].Name)
	}
	return out
}

func secretsPresent(t *theme.Theme, v status.Secrets) string {
	text := fmt.Sprintf("%d of %d", v.Present, v.Wanted)
	if v.Present < v.Wanted {
		return t.Strong(theme.RoleBad, t.Sign(theme.Fail)+" "+text)
	}
	return text
}

// StateRows is the state on n lines of at most w columns: a service a line, what else is known after the last one.
func StateRows(t *theme.Theme, s *status.Snapshot, now time.Time, w, n int) []string {
	if s == nil || s.At.IsZero() {
		return []string{t.Wait(t.Sign(theme.Wait) + " looking for the first time")}
	}
	wide := 0
	for i := range s.Services {
		wide = max(wide, Width(called(&s.Services[i])))
	}
	var out []string
	for i := range s.Services {
		out = append(out, serviceRow(t, &s.Services[i], now, wide))
	}
	if len(out) == 0 {
		out = append(out, rest(t, s, now))
	} else {
		out[len(out)-1] += " · " + rest(t, s, now)
	}
	for i := range out {
		out[i] = Clip(out[i], w)
	}
	return out[:min(n, len(out))]
}

func serviceRow(t *theme.Theme, v *status.Service, now time.Time, wide int) string {
	parts := []string{Pad(called(v), wide) + " " + Known(t, v.State, now, func(c cloud.Service) string {
		if c.Current == nil {
			return ServiceState(t, c)
		}
		return ServiceState(t, c) + " " + Pad(fmt.Sprintf("v%d", c.Current.Version), 3)
	})}
	if v.Health.Known && !v.Health.Stale(now) {
		parts = append(parts, strings.Replace("/ "+answered(t, v.Health.Value), "  ", " ", 1))
	}
	if r := v.Requests.Value; v.Requests.Known && !v.Requests.Stale(now) && r.Of > 0 {
		parts = append(parts, "API "+requests(t, r, ""))
		if errorsSeen(r) {
			parts = append(parts, fmt.Sprintf("%s %d/min", Spark(t, r.Spark[max(0, len(r.Spark)-6):]), r.PerMinute))
		}
	}
	return strings.Join(parts, " · ")
}

func rest(t *theme.Theme, s *status.Snapshot, now time.Time) string {
	db := "database " + Known(t, s.Database, now, func(d cloud.Database) string { return databaseState(t, d) })
	return db + " · secrets " + Known(t, s.Secrets, now, func(v status.Secrets) string { return secretsPresent(t, v) })
}

// called is the word that screens use for a service.
func called(s *status.Service) string {
	if s.Role != "" {
		return s.Role
	}
	return s.Name
}
