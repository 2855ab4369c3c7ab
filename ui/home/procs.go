package home

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// item is a line of a column of the procedures panel: a group's heading or a procedure.
type item struct {
	head string
	proc *checklists.Summary
}

// groups are the groups that have procedures, in order, with their procedures.
func (h *Home) groups() (names []string, of map[string][]*checklists.Summary) {
	of = map[string][]*checklists.Summary{}
	for i := range h.procs {
		p := &h.procs[i]
		if of[p.Group] == nil {
			names = append(names, p.Group)
		}
		of[p.Group] = append(of[p.Group], p)
	}
	return names, of
}

// rows sets the list of the procedures panel: what is found, the procedures of a group, all groups, or all procedures.
func (h *Home) rows() {
	var rows []widget.Row
	add := func(p *checklists.Summary) {
		id := "proc:" + p.ID
		rows = append(rows, widget.Row{ID: id, Text: p.Title})
		h.goes[id] = deps.ShowProcedure{ID: p.ID}
	}
	names, of := h.groups()
	switch {
	case h.find != nil:
		for i := range h.procs {
			p := &h.procs[i]
			if _, ok := Match(h.find.Value(), p.Title+" "+p.ID+" "+p.Group); ok {
				add(p)
			}
		}
	case h.stack && h.group == "":
		for _, name := range names {
			id := "group:" + name
			rows = append(rows, widget.Row{ID: id, Text: name})
			h.goes[id] = openGroup(name)
		}
	case h.stack:
		for _, p := range of[h.group] {
			add(p)
		}
	default:
		for _, name := range names {
			for _, p := range of[name] {
				add(p)
			}
		}
	}
	h.list.Set(rows)
}

// groupLines are the groups, a line each, with what is in them and what was never rehearsed.
func (h *Home) groupLines(w int) []string {
	names, of := h.groups()
	wide := 0
	for _, name := range names {
		wide = max(wide, widget.Width(name))
	}
	rows := make([]widget.Row, 0, len(names))
	for _, name := range names {
		titles := make([]string, len(of[name]))
		never := 0
		for i, p := range of[name] {
			titles[i] = p.Title
			if p.Objective.RTO > 0 && h.rehearsed(p.ID).IsZero() {
				never++
			}
		}
		note := ""
		if never > 0 {
			note = fmt.Sprintf("%s %d never drilled", h.t.Sign(theme.Warn), never)
		}
		left := widget.Pad(name, wide+2) + strings.Join(titles, " · ")
		rows = append(rows, widget.Row{ID: "group:" + name, Text: widget.Ends(left, note, w-2), Painted: widget.Ends(left, h.t.Warn(note), w-2)})
	}
	return h.drawn(rows)
}

// drawn is rows that were made anew for this width, with the cursor where it is.
func (h *Home) drawn(rows []widget.Row) []string {
	h.list.Rows = rows
	h.list.Away = h.focus != panelProcedures
	p := h.places[panelProcedures]
	return h.list.View(h.t, p.w, p.h)
}

// flatLines are procedures in one column, with all that is known of each.
func (h *Home) flatLines(w int) []string {
	rows := make([]widget.Row, len(h.list.Rows))
	copy(rows, h.list.Rows)
	for i := range rows {
		if p := h.procedure(strings.TrimPrefix(rows[i].ID, "proc:")); p != nil {
			plain, painted := h.known(p)
			rows[i].Text, rows[i].Painted = widget.Ends(p.Title, plain, w-2), widget.Ends(p.Title, painted, w-2)
		}
	}
	return h.drawn(rows)
}

// known is what is known of a procedure: an open run, its objective, when it was last rehearsed or run; plain and painted.
func (h *Home) known(p *checklists.Summary) (plain, painted string) {
	for i := range h.runs {
		if r := &h.runs[i]; r.Procedure == p.ID && Open(r, h.d.Environment.Name) {
			s := h.t.Sign(theme.Wait) + " " + r.ID + " is open"
			return s, h.t.Wait(s)
		}
	}
	goal := ""
	if p.Objective.RTO > 0 {
		goal = widget.Pad(widget.Span(p.Objective.RTO), 7)
	}
	text, late := h.history(p)
	text = widget.Pad(text, historyWidth)
	if late {
		return goal + text, goal + h.t.Warn(text)
	}
	return goal + text, goal + h.t.Muted(text)
}

// historyWidth is the columns of what history says, so that it stands in a column.
const historyWidth = 15

// history is when a procedure was last rehearsed or run, and whether an objective makes that too long ago.
func (h *Home) history(p *checklists.Summary) (text string, late bool) {
	if !h.loaded {
		return "", false
	}
	goal := p.Objective.RTO > 0
	at := h.rehearsed(p.ID)
	age := h.tick.Now.Sub(at)
	warn := h.t.Sign(theme.Warn) + " "
	switch {
	case at.IsZero() && goal:
		return warn + "never drilled", true
	case goal && age > drillAge:
		return warn + "drilled " + widget.Right(widget.Ago(age), 5), true
	}
	if ran := h.lastRun(p.ID, h.d.Environment.Name); ran.After(at) && h.d.Environment.Name != practice {
		return "run " + widget.Right(widget.Ago(h.tick.Now.Sub(ran)), 7) + " ago", false
	}
	if at.IsZero() {
		return "", false
	}
	return "drilled " + widget.Right(widget.Ago(age), 7), false
}

// columns splits the groups into two columns of nearly the same height. Rows of the list are numbered in reading order.
func (h *Home) columns() (left, right []item) {
	names, of := h.groups()
	total := 0
	for _, name := range names {
		total += 1 + len(of[name])
	}
	out := [2][]item{}
	side, used := 0, 0
	for _, name := range names {
		n := 1 + len(of[name])
		if side == 0 && used > 0 && used+n/2 > (total+1)/2 {
			side = 1
		}
		used += n
		out[side] = append(out[side], item{head: name})
		for _, p := range of[name] {
			out[side] = append(out[side], item{proc: p})
		}
	}
	return out[0], out[1]
}

// columnLines are all procedures in two columns.
func (h *Home) columnLines(w, rows int) []string {
	left, right := h.columns()
	here := ""
	if r := h.list.Current(); r != nil && h.focus == panelProcedures {
		here = r.ID
	}
	lw, rw := h.columnWidths(left, right, w)
	line := func(items []item, i, w int) string {
		if i >= len(items) {
			return spaces(w)
		}
		return h.itemLine(items[i], here, w)
	}
	top := h.columnTop(left, right, rows)
	out := make([]string, 0, rows)
	for i := top; i < max(len(left), len(right)) && len(out) < rows; i++ {
		out = append(out, line(left, i, lw)+"  "+line(right, i, rw))
	}
	return out
}

// columnWidths shares w columns between the two, two blanks apart, by what they need. Neither is wider than 64: that would tear title
// and age apart.
func (h *Home) columnWidths(left, right []item, w int) (int, int) {
	need := func(items []item) int {
		n := 0
		for _, it := range items {
			if it.proc != nil {
				plain, _ := h.known(it.proc)
				n = max(n, 2+widget.Width(it.proc.Title)+1+widget.Width(plain))
			}
		}
		return n
	}
	l := (w - 2) / 2
	if nl, nr := need(left), need(right); nl > l || nr > l {
		l = (w - 2) * nl / max(1, nl+nr)
	}
	return min(l, 64), min(w-2-l, 64)
}

func spaces(n int) string { return strings.Repeat(" ", max(0, n)) }

// columnTop is the first line shown, so that the cursor is in sight.
func (h *Home) columnTop(left, right []item, rows int) int {
	at := h.columnRow(left, right)
	all := max(len(left), len(right))
	if at < rows || all <= rows {
		return 0
	}
	return min(at-rows+1, all-rows)
}

// columnRow is the line on which the cursor stands, in either column.
func (h *Home) columnRow(left, right []item) int {
	r := h.list.Current()
	if r == nil {
		return 0
	}
	for _, items := range [][]item{left, right} {
		for i := range items {
			if items[i].proc != nil && "proc:"+items[i].proc.ID == r.ID {
				return i
			}
		}
	}
	return 0
}

func (h *Home) itemLine(it item, here string, w int) string {
	if it.proc == nil {
		return widget.Fit(h.t.Bold(it.head), w)
	}
	plain, painted := h.known(it.proc)
	if "proc:"+it.proc.ID == here {
		return h.t.Reverse(widget.Fit(h.t.Sign(theme.Cursor)+" "+widget.Ends(it.proc.Title, plain, w-2), w))
	}
	return widget.Fit("  "+widget.Ends(it.proc.Title, painted, w-2), w)
}

// sideways moves the cursor to the other column, on the same line or the nearest above.
func (h *Home) sideways(key string) {
	if h.stack || h.find != nil || h.focus != panelProcedures {
		return
	}
	left, right := h.columns()
	to := right
	if key == "left" {
		to = left
	}
	for i := min(h.columnRow(left, right), len(to)-1); i >= 0; i-- {
		if to[i].proc != nil {
			h.list.Select("proc:" + to[i].proc.ID)
			return
		}
	}
	h.list.Select("proc:" + firstOf(to))
}

func firstOf(items []item) string {
	for _, it := range items {
		if it.proc != nil {
			return it.proc.ID
		}
	}
	return ""
}

// procedureAt is the row of the list at a place of the panel, -1 where there is none.
func (h *Home) procedureAt(x, y int) int {
	p := h.places[panelProcedures]
	if h.stack || h.find != nil {
		if h.find != nil {
			y--
		}
		return h.list.At(h.t, p.w, y)
	}
	left, right := h.columns()
	y += h.columnTop(left, right, p.h)
	items := left
	if lw, _ := h.columnWidths(left, right, p.w); x >= lw+2 {
		items = right
	}
	if y < 0 || y >= len(items) || items[y].proc == nil {
		return -1
	}
	for i := range h.list.Rows {
		if h.list.Rows[i].ID == "proc:"+items[y].proc.ID {
			return i
		}
	}
	return -1
}
