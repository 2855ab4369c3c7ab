package widget

import (
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Row is one row of a List.
type Row struct {
	ID      string
	Lead    string   // the sign before a row that has not the cursor, painted; one column, "" is none
	Text    string   // not painted: the cursor row is drawn reversed
	Painted string   // what is drawn where the row has not the cursor; "" is Text
	More    []string // lines below, already indented; they may be painted
	Blocked string   // why it cannot be taken; the row begins with `-`
	Heading bool     // a heading or a gap: the cursor passes over it
}

// List is rows with a cursor. The cursor may be -1: no row has it.
type List struct {
	Rows   []Row
	Cursor int
	Away   bool // the focus is elsewhere: no row is marked
	top    int  // first line shown
}

// Set replaces the rows and keeps the cursor on the row with the same id, else on the same place.
func (l *List) Set(rows []Row) {
	id := ""
	if r := l.Current(); r != nil {
		id = r.ID
	}
	l.Rows = rows
	if id != "" {
		for i := range rows {
			if rows[i].ID == id {
				l.Cursor = i
				return
			}
		}
	}
	if l.Cursor >= 0 {
		l.Cursor = min(l.Cursor, len(rows)-1)
		l.settle(1)
	}
}

// Current is the cursor's row, nil where no row has it.
func (l *List) Current() *Row {
	if l.Cursor < 0 || l.Cursor >= len(l.Rows) || l.Rows[l.Cursor].Heading {
		return nil
	}
	return &l.Rows[l.Cursor]
}

// Select puts the cursor on the row with an id and reports whether there is one.
func (l *List) Select(id string) bool {
	for i := range l.Rows {
		if l.Rows[i].ID == id && !l.Rows[i].Heading {
			l.Cursor = i
			return true
		}
	}
	return false
}

// Move moves the cursor by n rows that can have it, and stops at the ends.
func (l *List) Move(n int) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	at := l.Cursor
	for ; n > 0; n-- {
		next := at + step
		for next >= 0 && next < len(l.Rows) && l.Rows[next].Heading {
			next += step
		}
		if next < 0 || next >= len(l.Rows) {
			break
		}
		at = next
	}
	l.Cursor = at
}

// settle leaves headings, first in one direction, then in the other.
func (l *List) settle(step int) {
	for range 2 {
		for i := l.Cursor; i >= 0 && i < len(l.Rows); i += step {
			if !l.Rows[i].Heading {
				l.Cursor = i
				return
			}
		}
		step = -step
	}
}

// Key moves the cursor by a key that moves in every list, and reports whether it was one. page is the list's height.
func (l *List) Key(key string, page int) bool {
	if len(l.Rows) == 0 {
		return false
	}
	switch key {
	case "up", "k":
		l.Move(-1)
	case "down", "j":
		l.Move(1)
	case "pgup":
		l.Move(-max(1, page-1))
	case "pgdown", "space":
		l.Move(max(1, page-1))
	case "ctrl+u":
		l.Move(-max(1, page/2))
	case "ctrl+d":
		l.Move(max(1, page/2))
	case "g", "home":
		l.Cursor = 0
		l.settle(1)
	case "G", "end":
		l.Cursor = len(l.Rows) - 1
		l.settle(-1)
	default:
		return false
	}
	return true
}

// View draws h lines of at most w columns with the cursor's row in sight. Each row takes two columns for its sign.
func (l *List) View(t *theme.Theme, w, h int) []string {
	if h <= 0 || w <= 2 {
		return nil
	}
	var lines []string
	first, last := 0, 0
	for i := range l.Rows {
		if i == l.Cursor {
			first = len(lines)
		}
		lines = append(lines, l.Rows[i].lines(t, w, i == l.Cursor && !l.Away)...)
		if i == l.Cursor {
			last = len(lines)
		}
	}
	if l.opening() { // what stands above the first row that can have the cursor comes back with it
		first = 0
	}
	l.top = min(l.top, first)
	if last > l.top+h {
		l.top = last - h
	}
	l.top = max(0, min(l.top, len(lines)-h))
	return Window(lines, l.top, h)
}

// opening reports whether no row above the cursor can have it.
func (l *List) opening() bool {
	for i := 0; i < l.Cursor && i < len(l.Rows); i++ {
		if !l.Rows[i].Heading {
			return false
		}
	}
	return true
}

// Top is the first line that View showed last.
func (l *List) Top() int { return l.top }

// At is the row at a line of the last View, -1 where there is none: for the mouse.
func (l *List) At(t *theme.Theme, w, line int) int {
	at := -l.top
	for i := range l.Rows {
		n := len(l.Rows[i].lines(t, w, false))
		if line >= at && line < at+n && !l.Rows[i].Heading {
			return i
		}
		at += n
	}
	return -1
}

func (r *Row) lines(t *theme.Theme, w int, here bool) []string {
	text := r.Painted
	if text == "" {
		text = r.Text
	}
	switch {
	case r.Heading:
		return append([]string{Clip(text, w)}, r.More...)
	case here:
		return append([]string{t.Reverse(Fit(t.Sign(theme.Cursor)+" "+r.Text, w))}, r.More...)
	case r.Blocked != "":
		return append([]string{Clip(t.Muted(t.Sign(theme.NotNow))+" "+text, w)}, r.More...)
	case r.Lead != "":
		return append([]string{Clip(r.Lead+" "+text, w)}, r.More...)
	default:
		return append([]string{Clip("  "+text, w)}, r.More...)
	}
}

// Table aligns cells in columns two blanks apart, as wide as their widest cell. The last column is not padded. Where the whole is
// wider than w, the widest columns give way.
func Table(rows [][]string, w int) []string {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(c))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, n := range widths {
		total += n
	}
	for total > w {
		widest := 0
		for i, n := range widths {
			if n >= widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 4 {
			break
		}
		widths[widest]--
		total--
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		line := ""
		for k, c := range r {
			if k < len(r)-1 {
				line += Fit(c, widths[k]) + "  "
			} else {
				line += Clip(c, widths[k])
			}
		}
		out[i] = Clip(line, w)
	}
	return out
}
