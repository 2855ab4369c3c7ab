package home

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Widths. Below sideBySide the panels stand one above the other.
const (
	sideBySide = 110
	stateWidth = 31 // and up to stateWide where there is room
	stateWide  = 40
	nowAtLeast = 4
)

// View draws the screen: h lines of w columns.
func (h *Home) View(w, height int) string {
	h.w, h.h, h.stack, h.cursor = w, height, w < sideBySide, nil
	f := widget.Frame{Theme: h.t, W: w, H: height, Scenario: true, Corner: h.clock()}
	if !h.t.Frame.Double {
		f.Lead = []string{h.t.Frame.Note}
	}
	f.Head = []string{h.head(w - 4)}
	f.Footer = h.footer(w)
	f.Message = h.bottom()
	clear(h.goes)
	switch {
	case h.zoom:
		h.zoomed(&f)
	case h.stack:
		h.stacked(&f)
	default:
		h.sides(&f)
	}
	return f.String()
}

func (h *Home) footer(w int) string {
	if h.find != nil {
		return keys.Footer(h.t, keys.Map{{ID: keys.Enter, Show: "enter", Label: "open", Rank: 1}, {ID: keys.Move, Show: "↑↓", Label: "move", Rank: 2},
			{ID: keys.Edit, Show: "ctrl+u", Label: "clears", Rank: 3}, {ID: keys.Back, Show: "esc", Label: "clears, then closes", Rank: 1, Right: true}}, w)
	}
	return keys.Footer(h.t, h.Keys(), w)
}

// bottom is what stands in the bottom border.
func (h *Home) bottom() string {
	switch {
	case h.busy != "":
		return h.t.Wait(h.t.Sign(theme.Wait) + " " + h.busy)
	case h.message != "":
		return h.message
	case h.looking:
		return h.t.Wait(h.t.Sign(theme.Wait) + " looking")
	default:
		return ""
	}
}

func (h *Home) clock() string {
	if h.tick.Now.IsZero() {
		return h.t.Zone()
	}
	return h.t.Clock(h.tick.Now) + " " + h.t.Zone()
}

// head says where we are and who.
func (h *Home) head(w int) string {
	e := &h.d.Environment
	account := e.Account
	if w < 72 && len(account) > 4 {
		account = "…" + account[len(account)-4:]
	}
	left := account + "/" + e.Region
	if h.t.Frame.Double && w >= 72 && e.Title != "" {
		left = e.Title + " · " + left
	}
	left += " · you are " + h.say(h.d.Operator, 30)
	right := ""
	switch {
	case h.tick.Factor > 0:
		right = fmt.Sprintf("clock %s%g", h.t.Sign(theme.Times), max(1, h.tick.Speed))
		if w >= 72 && h.tick.Speed <= 1 {
			right += fmt.Sprintf(", %s%g while the cloud works", h.t.Sign(theme.Times), h.tick.Factor)
		}
	case w >= 100 && h.d.Version != "":
		right = "runbook " + h.d.Version
	}
	if h.t.Frame.Double {
		if h.d.ReadOnly {
			left += " · reads only, nothing may be changed"
		} else if w >= 72 {
			left += " · changes allowed"
		}
	}
	return widget.Ends(left, right, w)
}

// sides is right now above the procedures, the state beside both.
func (h *Home) sides(f *widget.Frame) {
	state := min(stateWide, stateWidth+max(0, h.w-140))
	if h.w < 140 {
		state = stateWidth
	}
	left := h.w - 3 - state
	rows := f.Rest() + 1 // of the band, with its titles
	h.now.Set(h.nowRows(left - 2))
	h.rows()
	procs := h.tallest()
	now := min(h.nowHeight(), max(nowAtLeast, rows-2-procs))
	if spare := rows - 2 - now - procs; spare < 0 {
		now = max(nowAtLeast, min(now, rows-2-min(procs, 12)))
	}
	top := 2 + len(f.Head)
	h.places[panelNow] = place{2, top, left - 2, now}
	h.places[panelProcedures] = place{2, top + now + 1, left - 2, rows - 2 - now}
	h.places[panelState] = place{left + 3, top, state - 2, rows - 1}
	f.Bands = []widget.Band{{Columns: []widget.Column{
		{W: left, Panels: []widget.Panel{h.nowPanel(), h.procsPanel()}},
		{W: state, Panels: []widget.Panel{h.statePanel()}},
	}}}
}

// tallest is how many lines the procedures take.
func (h *Home) tallest() int {
	if h.find != nil {
		return len(h.list.Rows) + 1
	}
	if h.stack {
		return len(h.list.Rows)
	}
	left, right := h.columns()
	return max(len(left), len(right))
}

// nowHeight is how many lines all of what is wrong and open takes.
func (h *Home) nowHeight() int {
	n := 0
	for i := range h.now.Rows {
		n += 1 + len(h.now.Rows[i].More)
	}
	return n
}

// stacked is the three panels one above the other; the state keeps a line a service.
func (h *Home) stacked(f *widget.Frame) {
	w := h.w - 4
	state := h.stateRows(w)
	if h.h < 20 {
		state = nil
	}
	rows := f.Rest(0) // lines for the two other panels
	if state != nil {
		rows = f.Rest(0, len(state))
	}
	h.now.Set(h.nowRows(w))
	h.rows()
	procs := max(1, h.tallest())
	now := min(h.nowHeight(), max(nowAtLeast, rows-min(procs, 8)))
	now = max(1, min(now, rows-3))
	if h.nowHeight()+procs <= rows {
		now = h.nowHeight()
	}
	y := 2 + len(f.Head)
	h.places[panelNow] = place{2, y, w, now}
	h.places[panelProcedures] = place{2, y + now + 1, w, rows - now}
	f.Bands = []widget.Band{{Columns: []widget.Column{{Panels: []widget.Panel{h.nowPanel()}}}}, {Columns: []widget.Column{{Panels: []widget.Panel{h.procsPanel()}}}}}
	delete(h.places, panelState)
	if state != nil {
		h.places[panelState] = place{2, y + rows + 2, w, len(state)}
		p := widget.Panel{Title: "3 " + widget.StateTitle(h.t, h.snap, h.tick.Now), Note: "3 opens it", Focused: h.focus == panelState, Rows: len(state), Lines: state}
		f.Bands = append(f.Bands, widget.Band{Columns: []widget.Column{{Panels: []widget.Panel{p}}}})
	}
}

// zoomed is the panel in focus alone.
func (h *Home) zoomed(f *widget.Frame) {
	rows := f.Rest()
	clear(h.places)
	h.places[h.focus] = place{2, 2 + len(f.Head), h.w - 4, rows}
	h.rows()
	h.now.Set(h.nowRows(h.w - 4))
	var p widget.Panel
	switch h.focus {
	case panelNow:
		p = h.nowPanel()
	case panelProcedures:
		p = h.procsPanel()
	default:
		p = h.statePanel()
	}
	f.Bands = []widget.Band{{Columns: []widget.Column{{Panels: []widget.Panel{p}}}}}
}

func (h *Home) nowPanel() widget.Panel {
	p := h.places[panelNow]
	if h.now.Current() == nil {
		h.now.Cursor = 0
		h.now.Set(h.now.Rows)
	}
	h.now.Away = h.focus != panelNow
	note := ""
	if h.snap != nil {
		note = "checked " + widget.Age(h.tick.Now.Sub(h.snap.At)) + " ago"
	}
	lines := h.now.View(h.t, p.w, p.h)
	if more := h.nowHeight() - h.now.Top() - p.h; more > 0 {
		note = strings.TrimSuffix(fmt.Sprintf("%s %d more · %s", h.t.Sign(theme.Open), more, note), " · ")
	}
	return widget.Panel{Title: h.counts(), Note: note, Focused: h.focus == panelNow, Rows: p.h, Lines: lines}
}

func (h *Home) procsPanel() widget.Panel {
	p := h.places[panelProcedures]
	out := widget.Panel{Title: "1 Procedures", Focused: h.focus == panelProcedures, Rows: p.h}
	switch {
	case h.find != nil:
		out.Note = fmt.Sprintf("%d of %d", len(h.list.Rows), len(h.procs))
		text, x := h.find.View(p.w - 2)
		h.cursor = tea.NewCursor(p.x+2+x, p.y)
		h.places[panelProcedures] = place{p.x, p.y + 1, p.w, p.h - 1}
		out.Lines = append([]string{h.t.Accent("/") + " " + text}, h.flatLines(p.w)...)
		h.places[panelProcedures] = p
	case len(h.procs) == 0 && !h.loaded:
		out.Lines = []string{h.t.Wait(h.t.Sign(theme.Wait)) + " reading the procedures"}
	case h.stack && h.group == "":
		out.Note = "enter opens a group"
		out.Lines = h.groupLines(p.w)
	case h.stack:
		out.Title += " · " + h.group
		out.Note = "esc shows all groups"
		out.Lines = h.flatLines(p.w)
	default:
		out.Note = "objective, last run or drilled"
		out.Lines = h.columnLines(p.w, p.h)
	}
	return out
}

func (h *Home) statePanel() widget.Panel {
	p := h.places[panelState]
	lines := h.stateLines(p.w)
	h.state = max(0, min(h.state, len(lines)-p.h))
	return widget.Panel{Title: "3 " + widget.StateTitle(h.t, h.snap, h.tick.Now), Focused: h.focus == panelState, Rows: p.h, Lines: widget.Window(lines, h.state, p.h)}
}

func (h *Home) stateLines(w int) []string {
	if h.d.Status == nil {
		return []string{"not looked at here"}
	}
	return widget.StateLines(h.t, h.snap, h.tick.Now, w)
}

// stateRows is the state where there is little room, and which objectives want a rehearsal.
func (h *Home) stateRows(w int) []string {
	if h.d.Status == nil {
		return nil
	}
	out := widget.StateRows(h.t, h.snap, h.tick.Now, w, 3)
	if late, of := h.undrilled(); of > 0 && h.h >= 24 && h.loaded {
		out = append(out, fmt.Sprintf("objectives not drilled in 90 days: %d of %d", late, of))
	}
	return out
}

// undrilled counts the procedures with an objective, and those of them that nobody has rehearsed for long.
func (h *Home) undrilled() (late, of int) {
	for i := range h.procs {
		p := &h.procs[i]
		if p.Objective.RTO <= 0 {
			continue
		}
		of++
		if at := h.rehearsed(p.ID); at.IsZero() || h.tick.Now.Sub(at) > drillAge {
			late++
		}
	}
	return late, of
}
