package panel

import (
	"fmt"

	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// Room says how much of a panel is to be shown.
type Room uint8

// Rooms.
const (
	Scarce Room = iota // no by-hand block, no extras
	Ample              // everything, as long as it fits
	Full               // everything; what does not fit is scrolled
)

// Fit lays a panel out in exactly height rows: the state line first, the action line last, both always there. What gives way
// where room is scarce, first to last: extras, blank lines, the by-hand block, prose beyond two lines, evidence beyond five lines, prose.
// What is left over can be scrolled: scroll is the first row of the body that shows, and comes back as far as it may go.
func Fit(p Panel, height, scroll int, room Room) (out []rows.Row, scrolled int) {
	if height < 2 {
		return []rows.Row{Action(p)}[:max(0, min(1, height))], 0
	}
	inner := height - 2
	body := flatten(p.Sections)
	if room != Full {
		body = squeeze(p.Sections, inner, room)
	}
	limit := max(0, len(body)-inner)
	scroll = min(max(0, scroll), limit)
	if at := cursorRow(body); at >= 0 && len(p.Items) > 0 && limit > 0 {
		if at < scroll {
			scroll = at
		}
		if at >= scroll+inner-1 {
			scroll = min(limit, at-inner+2)
		}
	}
	shown := append([]rows.Row{}, body[scroll:min(len(body), scroll+inner)]...)
	if rest := len(body) - scroll - len(shown); rest > 0 && inner > 0 {
		shown[len(shown)-1] = rows.In(rows.Muted, fmt.Sprintf("▾ %d more lines, pgdn", rest+1))
	}
	out = append(out, p.State)
	out = append(out, shown...)
	for len(out) < height-1 {
		out = append(out, rows.Blank())
	}
	return append(out, Action(p)), scroll
}

func cursorRow(body []rows.Row) int {
	for i, r := range body {
		if r.Cursor || r.Caret >= 0 {
			return i
		}
	}
	return -1
}

// Action is the last row: what Enter does, and whether that sends anything.
func Action(p Panel) rows.Row {
	return rows.Line(rows.R(rows.Accent, "enter"), rows.S("  "), rows.R(rows.Bold, p.Action))
}

// squeeze makes the body as short as height asks for, as far as that goes without losing what must stay.
func squeeze(sections []Section, height int, room Room) []rows.Row {
	secs := append([]Section{}, sections...)
	for i := range secs {
		switch {
		case secs[i].Part == ByHand && room == Scarce:
			secs[i].Rows = shortByHand(secs[i].Rows)
		case secs[i].Part == Extra && (room == Scarce || total(sections) > height):
			secs[i].Rows = nil
		}
	}
	for i := len(secs) - 1; i >= 0 && total(secs) > height; i-- {
		secs[i].Tight = true
	}
	for _, give := range gives {
		for i := len(secs) - 1; i >= 0 && total(secs) > height; i-- {
			if secs[i].Part == give.part {
				secs[i].Rows = give.short(secs[i].Rows)
			}
		}
	}
	return flatten(secs)
}

// gives are the parts that shrink, in their order.
var gives = []struct {
	part  Part
	short func([]rows.Row) []rows.Row
}{
	{ByHand, shortByHand},
	{Prose, func(rs []rows.Row) []rows.Row { return firstRows(rs, 2, "▾ %d more lines") }},
	{Facts, func(rs []rows.Row) []rows.Row { return firstRows(rs, 5, "▾ %d more lines (v)") }},
	{ByHand, func([]rows.Row) []rows.Row { return nil }},
	{Prose, func(rs []rows.Row) []rows.Row { return firstRows(rs, 1, "▾ %d more lines (v)") }},
	{Prose, func([]rows.Row) []rows.Row { return nil }},
}

func shortByHand(rs []rows.Row) []rows.Row {
	if len(rs) < 2 {
		return rs
	}
	return []rows.Row{rows.In(rows.Muted, "By hand: c copies the command · v shows it")}
}

// firstRows keeps n rows; the last of them says how many are hidden.
func firstRows(rs []rows.Row, n int, hidden string) []rows.Row {
	if len(rs) <= n {
		return rs
	}
	out := append([]rows.Row{}, rs[:n]...)
	last := out[n-1].With(rows.R(rows.Muted, fmt.Sprintf(hidden, len(rs)-n)))
	out[n-1] = last
	return out
}

func total(secs []Section) int {
	n := 0
	for _, s := range secs {
		if len(s.Rows) == 0 {
			continue
		}
		n += len(s.Rows)
		if !s.Tight {
			n++
		}
	}
	return n
}

func flatten(secs []Section) []rows.Row {
	var out []rows.Row
	for _, s := range secs {
		if len(s.Rows) == 0 {
			continue
		}
		if !s.Tight {
			out = append(out, rows.Blank())
		}
		out = append(out, s.Rows...)
	}
	return out
}
