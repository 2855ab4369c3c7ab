package run

import (
	"strconv"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/widget"
)

func itoa(n int) string { return strconv.Itoa(n) }

// service is the service that the run is about, "" where it is about none.
func (s *Screen) service() string {
	if v, ok := s.run.Started.Params["service"]; ok {
		return v.Text
	}
	if v, ok := s.run.Vars(s.shown().ID.Scope())["service"]; ok {
		return v.Text
	}
	return ""
}

// place is account and region.
func (s *Screen) place() string {
	if env := s.d.Environment; env.Account != "" {
		return env.Account + "/" + env.Region
	}
	return s.run.Started.Account + "/" + s.run.Started.Region
}

// shortPlace is the place with the account's last four digits, where room is scarce.
func (s *Screen) shortPlace() string {
	account, region, _ := strings.Cut(s.place(), "/")
	return "…" + account[max(0, len(account)-4):] + "/" + region
}

// corner is the clocks at the right of the top border: the objective's, and the time of day where there is room or no objective.
func (s *Screen) corner(w int) string {
	o, ok := panel.Objective(s.run, s.now)
	clock := s.t.Clock(s.now) + " " + s.t.Zone()
	if !ok {
		return clock
	}
	text := o.Text
	if w < 80 { // the word and the account must stay
		text, _, _ = strings.Cut(text, " · ")
	}
	text = painter{s.t}.Paint(o.Role, text)
	if w >= 110 {
		text += " · " + clock
	}
	return text
}

// head is what stands in the top border and on the line below it.
func (s *Screen) head(f *widget.Frame) {
	b := s.box
	w := b.inner - 4
	if b.kind <= twoColumns && b.only == 0 || b.kind == threeColumns {
		if !s.t.Frame.Double {
			f.Lead = []string{s.t.Frame.Note}
		}
		f.Head = []string{s.crumbs(w)}
		return
	}
	word := widget.Width(s.t.Frame.Word) + 8 + widget.Width(f.Corner)
	for _, lead := range []string{s.service() + " · " + s.place(), s.place(), s.service() + " · " + s.shortPlace(), s.shortPlace()} {
		lead = strings.TrimPrefix(lead, " · ")
		if word+widget.Width(lead)+6 <= b.inner {
			f.Lead = []string{lead}
			break
		}
	}
	if b.kind == twoColumns {
		f.Head = []string{s.crumbs(w)}
		return
	}
	f.Head = []string{panel.Strip(s.in(w)).Render(w, painter{s.t})}
	if len(f.Lead) == 0 { // it never goes: it gets the line below
		f.Head = []string{widget.Ends(panel.Strip(s.in(max(10, w-24))).Render(max(10, w-24), painter{s.t}), s.shortPlace(), w)}
	}
}

// crumbs is the line below the top border: the way to this procedure, where it works, whose run it is.
func (s *Screen) crumbs(w int) string {
	step := s.shown()
	left := strings.Join(panel.Crumbs(s.run, step), " › ") + " · " + panel.Heading(s.run, step)
	if svc := s.service(); svc != "" {
		left += " · " + svc
	}
	right := "run " + s.run.ID
	if s.d.Operator != "" {
		right += " · " + s.d.Operator
	}
	if s.speed > 0 {
		right += " · clock ×" + panel.Factor(s.speed)
	}
	place := " · " + s.place()
	room := w - widget.Width(right) - 1 - widget.Width(place)
	return widget.Ends(widget.Clip(left, max(0, room))+place, right, w)
}

// origin is where the text of a panel begins on the screen.
func (s *Screen) origin(at focus) (x, y int) {
	b := s.box
	x, y = 2, 3 // a border and a blank; the top border, the line below it, the panel's title
	if b.only == 0 && at == onStep && b.kind <= twoColumns {
		x = b.steps + 3
	}
	if b.only == 0 && at == onLog && b.log > 0 {
		y = 3 + b.body + 1
		if b.stateRow > 0 {
			y += b.stateRow + 1
		}
	}
	return x, y
}

// seenAt is when the state panel's newest figures were read.
func (s *Screen) seenAt() time.Time {
	if s.snap == nil {
		return time.Time{}
	}
	return s.snap.At
}
