package run

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// painter draws rows in the theme's colours.
type painter struct{ t *theme.Theme }

var painted = [...]theme.Role{rows.Muted: theme.RoleMuted, rows.Accent: theme.RoleAccent, rows.OK: theme.RoleOK, rows.Warn: theme.RoleWarn, rows.Bad: theme.RoleBad,
	rows.Unknown: theme.RoleUnknown, rows.Wait: theme.RoleWait}

// Paint paints a span.
func (p painter) Paint(r rows.Role, text string) string {
	switch r {
	case rows.Bold:
		return p.t.Bold(text)
	case rows.Reverse:
		return p.t.Reverse(text)
	}
	return p.t.Paint(painted[r], text)
}

// Sign leaves signs as they are: the frame folds what the terminal cannot show.
func (p painter) Sign(text string) string { return text }

// drawn is a panel as it was last drawn, and for what.
type drawn struct {
	key   stampOf
	lines []string
	x, y  int // the cursor in it, -1 where there is none
}

// key is all that the look of a panel depends on.
type stampOf struct {
	version, theme, log, store uint64
	w, h                       int
	focused                    bool
	second                     int64
	at                         time.Time // of the state
}

type cache struct {
	steps, step, state, log drawn
}

// View is exactly h lines of exactly w columns.
func (s *Screen) View(w, h int) string {
	s.cur = nil
	if w < 1 || h < 1 {
		return strings.Repeat("\n", max(0, h-1))
	}
	s.box = measure(w, h, s.at, s.alone(), s.adjust)
	f := widget.Frame{Theme: s.t, W: s.box.inner, H: h, Footer: s.footer(s.box.inner), Corner: s.corner(s.box.inner), Scenario: s.box.kind == threeColumns}
	if !s.tooLong() {
		f.Message = s.message
	}
	s.head(&f)
	f.Bands = s.bands()
	lines := f.Lines()
	if s.overlay != nil {
		s.drawOverlay(lines)
	}
	if s.box.margin > 0 {
		lead := strings.Repeat(" ", s.box.margin)
		for i := range lines {
			lines[i] = lead + lines[i] + strings.Repeat(" ", w-s.box.margin-s.box.inner)
		}
		if s.cur != nil {
			s.cur.X += s.box.margin
		}
	}
	return strings.Join(lines, "\n")
}

// tooLong reports whether the message has no room in the bottom border: then it stands above the action line.
func (s *Screen) tooLong() bool {
	shown := s.box.only == 0 || s.box.only == onStep
	return shown && s.overlay == nil && !s.card && widget.Width(s.message) > s.box.inner-10-widget.Width(s.t.Frame.Note)
}

// room is how much of the step panel is to be shown.
func (s *Screen) room() panel.Room {
	switch {
	case s.more:
		return panel.Full
	case s.box.roomy:
		return panel.Ample
	}
	return panel.Scarce
}

// alone is the panel that was made large, 0 where none was.
func (s *Screen) alone() focus {
	if s.zoom {
		return s.at
	}
	return 0
}

// footer is the keys that answer now.
func (s *Screen) footer(w int) string { return keys.Footer(s.t, s.footMap(), w) }

// bands are the panels, from top to bottom.
func (s *Screen) bands() []widget.Band {
	b := s.box
	var main widget.Band
	switch {
	case b.only != 0:
		main.Columns = []widget.Column{{Panels: []widget.Panel{s.panelOf(b.only, b.step, b.body)}}}
	case b.kind == threeColumns:
		main.Columns = []widget.Column{{W: b.steps, Panels: []widget.Panel{s.stepsPanel(b.steps-2, b.body)}},
			{W: b.step, Panels: []widget.Panel{s.stepPanel(b.step-2, b.body)}},
			{Panels: []widget.Panel{s.statePanel(b.state-2, b.body)}}}
	case b.kind == twoColumns:
		up := min(b.body*2/3, max(4, len(panel.Siblings(s.run, s.shown()))+1))
		up = max(1, min(up, b.body-2))
		main.Columns = []widget.Column{{W: b.steps, Panels: []widget.Panel{s.stepsPanel(b.steps-2, up), s.statePanel(b.steps-2, max(0, b.body-up-1))}},
			{Panels: []widget.Panel{s.stepPanel(b.step-2, b.body)}}}
	default:
		main.Columns = []widget.Column{{Panels: []widget.Panel{s.stepPanel(b.step-2, b.body)}}}
	}
	out := []widget.Band{main}
	if b.stateRow > 0 {
		out = append(out, widget.Band{Columns: []widget.Column{{Panels: []widget.Panel{s.stateRows(b.inner-4, b.stateRow)}}}})
	}
	if b.log > 0 {
		out = append(out, widget.Band{Columns: []widget.Column{{Panels: []widget.Panel{s.logPanel(b.inner-4, b.log)}}}})
	}
	return out
}

// panelOf is one panel with all the room.
func (s *Screen) panelOf(at focus, w, h int) widget.Panel {
	switch at {
	case onSteps:
		return s.stepsPanel(w-2, h)
	case onState:
		return s.stateFull(w-2, h)
	case onLog:
		return s.logPanel(w-2, h)
	}
	return s.stepPanel(w-2, h)
}

// stamp is the key of a panel for now.
func (s *Screen) stamp(w, h int, at focus) stampOf {
	return stampOf{version: s.version, theme: s.t.Version(), w: w, h: h, focused: s.at == at, second: s.now.Unix()}
}

// paint turns rows into lines of w columns.
func (s *Screen) paint(rs []rows.Row, w int) []string {
	out := make([]string, 0, len(rs))
	p := painter{s.t}
	for _, r := range rs {
		out = append(out, r.Render(w, p))
	}
	return out
}

// stepPanel is the step at hand, the card, or another step that is looked at.
func (s *Screen) stepPanel(w, h int) widget.Panel {
	k := s.stamp(w, h, onStep)
	k.at = s.seenAt()
	c := &s.cache.step
	p := widget.Panel{Focused: s.at == onStep, Rows: h}
	if s.card {
		p.Title, p.Note = "2 For whoever takes over", "true at "+s.t.Clock(s.now)+"; r makes it new"
	} else {
		v := s.build(w)
		p.Title = "2 " + rows.Clean(v.Title)
		p.Note = painter{s.t}.Paint(v.Tag.Role, v.Tag.Text)
		if v.Tag.Role == rows.Plain {
			p.Note = v.Tag.Text
		}
	}
	if c.key != k || c.lines == nil {
		c.key = k
		c.lines, c.x, c.y = s.drawStep(w, h)
	}
	p.Lines = c.lines
	if c.x >= 0 && s.at == onStep && s.overlay == nil && s.guard.Open() {
		x, y := s.origin(onStep)
		s.cur = tea.NewCursor(x+min(c.x, w-1), y+c.y)
	}
	return p
}

// drawStep draws the step panel's lines, with the place of the cursor in them.
func (s *Screen) drawStep(w, h int) (lines []string, x, y int) {
	var rs []rows.Row
	switch {
	case s.card:
		rs = s.cardRows(w, h)
	default:
		foot := []rows.Row(nil)
		v := s.build(w)
		switch {
		case s.line != nil:
			foot = s.lineRows(w)
		case s.tooLong():
			foot = append(rows.Paragraph(s.message, 0, w), panel.Action(v))
			for i := range foot[:len(foot)-1] {
				foot[i].Left[0].Role = rows.Warn
			}
		}
		room := h
		if len(foot) > 0 {
			room = max(2, h-len(foot)+1) // the action line gives its row to the line
		}
		s.page = max(1, room-2)
		rs, s.scroll = panel.Fit(v, room, s.scroll, s.room())
		if len(foot) > 0 {
			rs = append(rs[:len(rs)-1], foot...)
			rs = rs[max(0, len(rs)-h):]
		}
	}
	x, y = -1, -1
	for i, r := range rs {
		if r.Caret >= 0 {
			x, y = r.Caret, i
		}
	}
	return s.paint(rs, w), x, y
}

// stepsPanel is the list of steps.
func (s *Screen) stepsPanel(w, h int) widget.Panel {
	in := s.in(w)
	n, of := panel.Place(s.run, s.shown())
	p := widget.Panel{Title: "1 Steps " + itoa(n) + "/" + itoa(of), Focused: s.at == onSteps, Rows: h}
	k := s.stamp(w, h, onSteps)
	c := &s.cache.steps
	if c.key != k || c.lines == nil {
		cursor := -1
		if s.at == onSteps {
			cursor = s.row
		}
		c.key, c.lines = k, s.paint(panel.Steps(in, h, cursor), w)
	}
	p.Lines = c.lines
	return p
}

// logPanel is the log.
func (s *Screen) logPanel(w, h int) widget.Panel {
	title, note := s.log.Title(s.t, w)
	p := widget.Panel{Title: title, Note: note, Focused: s.at == onLog, Rows: h}
	k := s.stamp(w, h, onLog)
	k.version, k.second, k.log = 0, 0, s.log.Version()
	if st := s.log.Store(); st != nil {
		k.store, _ = st.Version()
		if s.log.Pending() { // a filter that is new to a long log is worked off in pieces
			k.second = s.now.Unix()
		}
	}
	c := &s.cache.log
	if c.key != k || c.lines == nil {
		var caret int
		c.key = k
		c.lines, caret = s.log.Painted(s.t, painter{s.t}, w, h, s.at == onLog)
		c.x, c.y = caret, 0
	}
	p.Lines = c.lines
	if c.x >= 0 && s.at == onLog && s.overlay == nil && s.log.Typing() {
		x, y := s.origin(onLog)
		s.cur = tea.NewCursor(x+min(c.x, w-1), y)
	}
	return p
}
