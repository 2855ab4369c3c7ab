package run

import (
	"fmt"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// statePanel is the state beside the step.
func (s *Screen) statePanel(w, h int) widget.Panel {
	p := widget.Panel{Title: "3 " + widget.StateTitle(s.t, s.snap, s.now), Focused: s.at == onState, Rows: h}
	k := s.stamp(w, h, onState)
	k.version, k.at = 0, s.seenAt()
	c := &s.cache.state
	if c.key != k || c.lines == nil {
		c.key = k
		c.lines = widget.StateLines(s.t, s.snap, s.now, w)
		tail := append([]string{"", s.t.Muted("Since this run began")}, s.sinceLines(w, max(1, h-len(c.lines)-2))...)
		if len(c.lines)+len(tail) > h && len(c.lines) < h {
			tail = tail[1:]
		}
		c.lines = append(c.lines, tail...)
	}
	p.Lines = c.lines
	return p
}

// sinceLines are the changes, or that there is none.
func (s *Screen) sinceLines(w, n int) []string {
	all := Changed(s.first, s.snap)
	if len(all) == 0 {
		return []string{"  nothing has changed"}
	}
	var out []string
	for _, line := range all {
		for i, part := range rows.Wrap(line, w-2) {
			lead := "  "
			if i > 0 {
				lead = "    "
			}
			out = append(out, widget.Clip(lead+part, w))
		}
	}
	return out[:min(n, len(out))]
}

// stateRows is the state below the step.
func (s *Screen) stateRows(w, h int) widget.Panel {
	note := "nothing has changed since this run began"
	if n := len(Changed(s.first, s.snap)); n > 0 {
		note = widget.Count(n, "change", "changes") + " since this run began (3)"
	}
	return widget.Panel{Title: "3 " + widget.StateTitle(s.t, s.snap, s.now), Note: note, Focused: s.at == onState, Rows: h,
		Lines: widget.StateRows(s.t, s.snap, s.now, w, h)}
}

// stateFull is the state with all that is known, each figure with its own age.
func (s *Screen) stateFull(w, h int) widget.Panel {
	p := widget.Panel{Title: "3 State · each figure has its own age", Note: "since " + s.t.Clock(s.run.StartedAt) + ", run " + s.run.ID, Focused: s.at == onState, Rows: h}
	all := s.stateDetail(w)
	s.below = min(s.below, max(0, len(all)-h))
	p.Lines = all[s.below:]
	if rest := len(all) - s.below - h; rest > 0 && h > 0 {
		p.Lines = append(append([]string{}, p.Lines[:h-1]...), s.t.Muted(fmt.Sprintf("▾ %d more lines, pgdn", rest+1)))
	}
	return p
}

// detail gathers labelled lines with ages.
type detail struct {
	s   *Screen
	w   int
	out []string
}

func (d *detail) add(label, text string, age string) {
	d.out = append(d.out, widget.Ends(widget.Pad(label, 12)+text, d.s.t.Muted(age), d.w))
}

func aged[T any](s *Screen, f status.Figure[T]) string {
	if !f.Known {
		return ""
	}
	return widget.Age(f.Age(s.now))
}

func (s *Screen) stateDetail(w int) []string {
	d := &detail{s: s, w: w}
	if s.snap == nil {
		return widget.StateLines(s.t, nil, s.now, w)
	}
	for i := range s.snap.Services {
		d.service(&s.snap.Services[i])
	}
	db := s.snap.Database
	d.add("database", widget.Known(s.t, db, s.now, func(v cloud.Database) string { return v.State + "   " + v.Name + ", " + v.Engine }), aged(s, db))
	if at := db.Value.LatestRestorableTime; db.Known && !at.IsZero() {
		d.add("  restore", "to "+s.t.Clock(at)+" (the latest); now it would lose "+rows.About(s.now.Sub(at)), "")
	}
	sec := s.snap.Secrets
	d.add("secrets", widget.Known(s.t, sec, s.now, func(v status.Secrets) string { return fmt.Sprintf("%d of %d present", v.Present, v.Wanted) }), aged(s, sec))
	if len(sec.Value.Missing) > 0 {
		d.add("  missing", strings.Join(sec.Value.Missing, ", "), "")
	}
	for _, due := range sec.Value.Due {
		d.add("  due", s.t.Warn("! "+due.Name)+", "+rows.About(due.Late)+" late", "")
	}
	for _, p := range s.snap.Problems {
		d.add("problem", p.Summary, "")
	}
	d.out = append(d.out, s.t.Bold("Changed since this run began"))
	d.out = append(d.out, s.sinceLines(w, 40)...)
	return d.out
}

// service adds what is known of one service.
func (d *detail) service(v *status.Service) {
	s := d.s
	name := v.Role
	if name == "" {
		name = v.Name
	}
	d.add(name, widget.Known(s.t, v.State, s.now, func(c cloud.Service) string {
		text := widget.ServiceState(s.t, c)
		if c.Current != nil {
			text += fmt.Sprintf("  v%d", c.Current.Version)
		}
		if c.Next != nil {
			text += fmt.Sprintf(", %d coming", c.Next.Version)
		}
		return text
	}), aged(s, v.State))
	if v.State.Known {
		deployment := func(label string, dep *cloud.Deployment) {
			if dep != nil {
				d.add(label, fmt.Sprintf("%d  %s  %s  since %s", dep.Version, widget.ShortImage(dep.Image()), dep.State, s.t.Clock(dep.CreatedAt)), "")
			}
		}
		deployment("  serving", v.State.Value.Current)
		deployment("  coming", v.State.Value.Next)
		d.add("  size", fmt.Sprintf("%s, %s", v.State.Value.Power, widget.Count(v.State.Value.Scale, "node", "nodes")), "")
		if m := v.State.Value.DetailMessage; m != "" {
			d.add("  says", rows.Clean(m), "")
		}
	}
	d.add("  answers", widget.Known(s.t, v.Health, s.now, func(a cloud.Answer) string { return fmt.Sprintf("/ %d in %d ms", a.Status, a.Took.Milliseconds()) }), aged(s, v.Health))
	if v.Requests.Known || v.Requests.Err != nil {
		d.add("  requests", widget.Known(s.t, v.Requests, s.now, func(r status.Requests) string {
			return fmt.Sprintf("500 on %d of %d; errors %s %d/min%s", r.Bad, r.Of, widget.Spark(s.t, r.Spark), r.PerMinute, beforeThat(r))
		}), aged(s, v.Requests))
	}
	if v.Images.Known {
		var names []string
		for _, img := range v.Images.Value {
			names = append(names, widget.ShortImage(img.Name))
		}
		d.add("  images", strings.Join(names, ", "), aged(s, v.Images))
	}
}

func beforeThat(r status.Requests) string {
	if r.Before < 0 {
		return ""
	}
	return fmt.Sprintf(", before it %d/min", r.Before)
}

// Changed says what is different between two snapshots, in whole sentences; nothing where one of them is missing.
func Changed(a, b *status.Snapshot) []string {
	if a == nil || b == nil {
		return nil
	}
	var out []string
	for i := range b.Services {
		now := &b.Services[i]
		was := a.Service(now.Name)
		if was == nil || !was.State.Known || !now.State.Known {
			continue
		}
		name := now.Role
		if name == "" {
			name = now.Name
		}
		if text := serviceChange(was.State.Value, now.State.Value); text != "" {
			out = append(out, name+": "+text)
		}
	}
	if a.Database.Known && b.Database.Known && a.Database.Value.State != b.Database.Value.State {
		out = append(out, "database: "+a.Database.Value.State+" to "+b.Database.Value.State)
	}
	if a.Secrets.Known && b.Secrets.Known && a.Secrets.Value.Present != b.Secrets.Value.Present {
		out = append(out, fmt.Sprintf("secrets: %d present, %d before", b.Secrets.Value.Present, a.Secrets.Value.Present))
	}
	return out
}

func serviceChange(was, now cloud.Service) string {
	var parts []string
	if a, b := number(was.Current), number(now.Current); a != b {
		parts = append(parts, fmt.Sprintf("version %d serves (%s), %d before", b, widget.ShortImage(now.Current.Image()), a))
	}
	if now.Next != nil && number(was.Next) != number(now.Next) {
		parts = append(parts, fmt.Sprintf("version %d (%s) is coming", now.Next.Version, widget.ShortImage(now.Next.Image())))
	}
	if was.State != now.State && len(parts) == 0 {
		parts = append(parts, was.State+" to "+now.State)
	}
	return strings.Join(parts, "; ")
}

func number(d *cloud.Deployment) int {
	if d == nil {
		return 0
	}
	return d.Version
}

// liveSince finds when a version of the log's service was made, for the log's `since v13`.
func (s *Screen) liveSince(version int) (time.Time, bool) {
	if s.snap == nil {
		return time.Time{}, false
	}
	svc := s.snap.Service(s.log.Service())
	if svc == nil {
		return time.Time{}, false
	}
	for _, d := range svc.Deployments.Value {
		if d.Version == version {
			return d.CreatedAt, true
		}
	}
	if cur := svc.State.Value.Current; cur != nil && cur.Version == version {
		return cur.CreatedAt, true
	}
	return time.Time{}, false
}
