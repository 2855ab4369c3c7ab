package home

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// textWidth is the widest that prose is drawn.
const textWidth = 100

// View draws the page: h lines of w columns.
func (p *Page) View(w, h int) string {
	p.w, p.h, p.cursor = w, h, nil
	home := Home{d: p.d, t: p.t, tick: p.tick}
	f := widget.Frame{Theme: p.t, W: w, H: h, Scenario: true, Corner: home.clock(), Head: []string{home.head(w - 4)}}
	if !p.t.Frame.Double {
		f.Lead = []string{p.t.Frame.Note}
	}
	f.Footer = keys.Footer(p.t, p.Keys(), w)
	f.Message = p.bottom()
	rows := f.Rest()
	panel := widget.Panel{Title: p.Title(), Focused: true, Rows: rows, Lines: p.panel(min(w-4, textWidth), rows)}
	if p.proc != nil {
		panel.Note = p.proc.Group
	}
	f.Bands = []widget.Band{{Columns: []widget.Column{{Panels: []widget.Panel{panel}}}}}
	if p.cursor != nil {
		p.cursor.X += 2
		p.cursor.Y += 2 + len(f.Head)
	}
	return f.String()
}

func (p *Page) bottom() string {
	switch {
	case p.busy:
		return p.t.Wait(p.t.Sign(theme.Wait) + " starting the run")
	case p.message != "":
		return p.message
	case p.guard.Swallowed() > 0:
		return widget.Count(p.guard.Swallowed(), "key was not taken", "keys were not taken")
	default:
		return ""
	}
}

// panel is the text that scrolls, the fields, and the action line as its last row.
func (p *Page) panel(w, rows int) []string {
	switch {
	case p.err != nil:
		lines := widget.Hang(p.t.Strong(theme.RoleBad, p.t.Sign(theme.Fail))+" ", p.say(p.err.Error(), 2000), w, 2)
		return append(widget.Window(lines, 0, rows-1), p.action("", "nothing to start: esc goes back"))
	case p.proc == nil:
		return []string{p.t.Wait(p.t.Sign(theme.Wait)) + " reading the procedure"}
	}
	fields, row, col := p.form.lines(p.t, w)
	if len(fields) > 0 {
		fields = append([]string{p.t.Bold("For this run")}, fields...)
		row++
	}
	body := p.text(w)
	p.lines = len(body)
	p.shown = max(1, rows-1-len(fields))
	if len(fields) > 0 && p.shown > 1 {
		p.shown--
	}
	p.top = max(0, min(p.top, p.lines-p.shown))
	out := widget.Window(body, p.top, p.shown)
	if rest := p.lines - p.top - p.shown; rest > 0 {
		out[p.shown-1] = widget.Fit(out[p.shown-1], w-20) + widget.Right(p.t.Muted(fmt.Sprintf("%s %d more lines", p.t.Sign(theme.Open), rest)), 20)
	}
	if len(fields) > 0 {
		out = append(out, "")
	}
	if row > 0 && p.guard.Open() {
		p.cursor = tea.NewCursor(col, len(out)+row)
	}
	out = append(out, fields...)
	return append(widget.Window(out, 0, rows-1), p.actionLine())
}

// actionLine says what Enter does.
func (p *Page) actionLine() string {
	switch {
	case p.busy:
		return p.action("enter", "nothing: the run is being started")
	case p.form.open() && p.form.at == p.form.wanted()-1:
		return p.action("enter", "keep this; then enter starts the run (sends nothing)")
	case p.form.open():
		return p.action("enter", "keep this and go to the next field (sends nothing)")
	default:
		return p.action("enter", fmt.Sprintf("start a run of %s: a record is opened, nothing is sent", widget.Count(len(p.proc.Steps), "step", "steps")))
	}
}

func (p *Page) action(key, text string) string {
	if key == "" {
		return text
	}
	return p.t.Accent(key) + "  " + p.t.Bold(strings.TrimSpace(text))
}
