package logview

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// foldMost is how many folded lines an open entry shows.
const foldMost = 400

// frame is how entries are drawn: their width, and whether a gutter with the cursor and other marks stands before them.
type frame struct {
	w      int
	gutter bool
}

// View draws exactly h rows; gutter is for the panel in focus, where the cursor shows.
func (m *Model) View(w, h int, gutter bool) []rows.Row {
	out := make([]rows.Row, 0, h)
	if h > 3 && (m.typing || m.Filtered() || m.problem != "") {
		out = append(out, m.fieldRow(w))
	}
	room := h - len(out)
	m.height = room
	st := m.Store()
	if st == nil {
		out = append(out, rows.In(rows.Muted, "no log is read here"))
	} else {
		out = append(out, m.lines(st, frame{w, gutter}, room)...)
	}
	for len(out) < h {
		out = append(out, rows.Blank())
	}
	return out[:h]
}

// fieldRow is the filter as it is typed, how it works, and what it found.
func (m *Model) fieldRow(w int) rows.Row {
	label := "/ "
	if m.sinceOn {
		label = "since "
	}
	text, caret := m.field.View(max(8, w/2))
	r := rows.Line(rows.R(rows.Accent, label), rows.S(text))
	r.Caret = rows.Width(label) + caret
	if !m.typing {
		r = rows.Line(rows.R(rows.Accent, label), rows.S(m.filter.String()))
	}
	switch {
	case m.problem != "":
		return r.With(rows.R(rows.Warn, "! "+m.problem))
	case m.sinceOn:
		return r.With(rows.R(rows.Muted, "15m, 2h, v13 or 07:04"))
	}
	how := "hides others (tab: marks only)"
	if m.marksOnly {
		how = "marks only (tab: hides others)"
	}
	st := m.Store()
	if st == nil {
		return r.With(rows.R(rows.Muted, how))
	}
	found := widget.Number(st.Count(m.filter)) + " entries"
	if n := st.Pending(m.filter); n > 0 {
		found += ", " + widget.Number(n) + " lines to go"
	}
	return r.With(rows.R(rows.Muted, how+" · "+found))
}

// lines are the rows of the entries that show.
func (m *Model) lines(st *logs.Store, fr frame, h int) []rows.Row {
	if h <= 0 {
		return nil
	}
	f, base := m.hides(), m.base()
	if m.follow {
		from := max(base, st.Count(f)-h)
		var out []rows.Row
		for _, e := range st.View(f, from, h) {
			out = append(out, m.entry(st, e, fr)...)
		}
		if len(out) == 0 {
			return []rows.Row{rows.In(rows.Muted, m.empty(st))}
		}
		return out[max(0, len(out)-h):]
	}
	cursor := max(base, st.Find(f, m.cursor))
	top := st.Find(f, m.top)
	if top < 0 {
		top = max(base, cursor-h/2)
	}
	top = max(base, min(top, cursor))
	out, last := m.from(st, f, top, cursor, h, fr)
	for !last && top < cursor {
		top++
		out, last = m.from(st, f, top, cursor, h, fr)
	}
	for len(out) < h && top > base { // there is room above: the panel grew, or it froze near the end
		more, fits := m.from(st, f, top-1, cursor, h, fr)
		if !fits || len(more) > h {
			break
		}
		top, out = top-1, more
	}
	if e := st.View(f, top, 1); len(e) == 1 {
		m.top = e[0].Seq
	}
	return out[:min(h, len(out))]
}

// from draws entries from number top on and reports whether the cursor's first row fits.
func (m *Model) from(st *logs.Store, f logs.Filter, top, cursor, h int, fr frame) ([]rows.Row, bool) {
	var out []rows.Row
	fits := false
	for i, e := range st.View(f, top, h) {
		if len(out) >= h {
			break
		}
		if top+i == cursor {
			rs := m.entry(st, e, fr)
			fits = len(out)+min(len(rs), 2) <= h
		}
		out = append(out, m.entry(st, e, fr)...)
	}
	return out, fits
}

func (m *Model) empty(st *logs.Store) string {
	switch {
	case st.Pending(m.hides()) > 0:
		return "looking through the log"
	case m.Filtered() && !m.marksOnly:
		return "no line passes the filter"
	}
	return "no line yet"
}

// entry is the rows of one entry: its first line, and what is folded beneath it.
func (m *Model) entry(st *logs.Store, e logs.Entry, fr frame) []rows.Row {
	w, here := fr.w, fr.gutter && !m.follow && e.Seq == m.cursor
	lead := ""
	if fr.gutter {
		lead = m.mark(e, here) + " "
	}
	stamp := 12
	clock := e.At.In(m.zone()).Format("15:04:05.000")
	levelW := 7
	if w < 100 {
		clock, stamp, levelW = clock[:8], 8, 6
	}
	if e.Own {
		return []rows.Row{m.withCursor(rows.In(rows.Muted, lead+"─ "+clock[:8]+" "+m.Clean(e.Text)+" ─"), here)}
	}
	if e.Repeat > 0 && e.Kind == "" {
		sign := "≡" + strings.Repeat(" ", stamp)
		return []rows.Row{m.withCursor(rows.In(rows.Muted, lead+sign+e.Note), here)}
	}
	level, text := split(m.Clean(e.Text), e.Level)
	if e.Late > 0 {
		text = "late by " + rows.About(e.Late) + ": " + text
	}
	head := lead + clock + " "
	indent := rows.Width(head) + levelW
	parts := []string{text}
	if m.wrap {
		parts = rows.Wrap(text, max(10, w-indent))
	} else if m.shift > 0 {
		parts = []string{ansi.TruncateLeft(text, m.shift, "")}
	}
	var out []rows.Row
	role := roleOf(e.Level)
	body := rows.Plain
	if m.marksOnly && m.Matches(e) {
		body = rows.Bold
	}
	for i, part := range parts {
		if i > 0 {
			out = append(out, rows.Text(strings.Repeat(" ", indent)+part))
			continue
		}
		out = append(out, m.withCursor(rows.Line(rows.R(rows.Muted, head), rows.R(role, rows.Pad(level, levelW)), rows.R(body, part)), here))
	}
	if e.Fold > 0 {
		out = append(out, m.folded(st, e, w, len(lead)+stamp)...)
	}
	return out
}

func (m *Model) withCursor(r rows.Row, here bool) rows.Row {
	r.Cursor = here
	return r
}

// mark is the gutter's sign: cursor, evidence, late.
func (m *Model) mark(e logs.Entry, here bool) string {
	switch {
	case here:
		return "›"
	case m.marked[e.Seq]:
		return "●"
	case e.Late > 0:
		return "~"
	}
	return " "
}

// folded is the row that stands for folded lines, or the lines themselves.
func (m *Model) folded(st *logs.Store, e logs.Entry, w, column int) []rows.Row {
	open := m.open[e.Seq] != m.openAll
	sign := "▸"
	if open {
		sign = "▾"
	}
	text := fmt.Sprintf("%s  %s", widget.Count(e.Fold, "line", "lines"), m.Clean(e.Note))
	if e.Ours != "" && (e.Repeat <= 1 || open) {
		text += "  ·  ours: " + m.Clean(e.Ours)
	}
	out := []rows.Row{rows.Line(rows.R(rows.Accent, sign+strings.Repeat(" ", column)), rows.S(text))}
	if !open {
		return out
	}
	for i, l := range st.Lines(e.Seq, foldMost) {
		if i > 0 {
			out = append(out, rows.Text(strings.Repeat(" ", column+1)+ansi.TruncateLeft(m.Clean(l.Text), m.shift, "")))
		}
	}
	return out
}

// split takes the level off a line's text.
func split(text string, l logs.Level) (word, rest string) {
	word = l.String()
	for _, w := range []string{"INFO", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL"} {
		if after, ok := strings.CutPrefix(text, w+":"); ok {
			return word, strings.TrimLeft(after, " ")
		}
	}
	return word, text
}

func roleOf(l logs.Level) rows.Role {
	switch l {
	case logs.Error:
		return rows.Bad
	case logs.Warn:
		return rows.Warn
	}
	return rows.Muted
}

// Painted draws the panel in the theme's colours.
func (m *Model) Painted(_ *theme.Theme, p rows.Painter, w, h int, gutter bool) (lines []string, caret int) {
	caret = -1
	for i, r := range m.View(w, h, gutter) {
		if r.Caret >= 0 && i == 0 {
			caret = r.Caret
		}
		lines = append(lines, r.Render(w, p))
	}
	return lines, caret
}
