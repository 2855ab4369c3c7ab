package widget

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Markdown draws a text of a procedure in at most w columns.
func Markdown(t *theme.Theme, text string, w int) []string {
	return Prose(t, checklists.Prose(text), w)
}

// Prose draws blocks in at most w columns, with a blank line between two. Bold stays bold; code is accented; a link is underlined and
// followed by its address where that is not its text.
func Prose(t *theme.Theme, blocks []checklists.Block, w int) []string {
	var out []string
	for i := range blocks {
		lines := block(t, &blocks[i], w)
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

func block(t *theme.Theme, b *checklists.Block, w int) []string {
	if w < 4 {
		return nil
	}
	switch b.Kind {
	case checklists.Heading:
		return Wrap(t.Bold(plainSpans(b.Spans)), w)
	case checklists.List:
		return listLines(t, b, w)
	case checklists.Code:
		var out []string
		for line := range strings.Lines(b.Text) {
			out = append(out, Clip("  "+t.Muted(strings.TrimRight(line, "\n")), w))
		}
		return out
	case checklists.Quote:
		var out []string
		for _, line := range Prose(t, b.Blocks, w-2) {
			out = append(out, t.Line("│")+" "+line)
		}
		return out
	case checklists.Table:
		return tableLines(t, b, w)
	case checklists.Rule:
		return []string{t.Line(strings.Repeat("─", w))}
	default:
		return Wrap(spans(t, b.Spans), w)
	}
}

func listLines(t *theme.Theme, b *checklists.Block, w int) []string {
	var out []string
	for i, item := range b.Items {
		mark := "· "
		if b.Ordered {
			mark = fmt.Sprintf("%d. ", max(1, b.Start)+i)
		}
		by := Width(mark)
		lines := Prose(t, item, w-by)
		for k, line := range lines {
			if k == 0 {
				out = append(out, mark+line)
				continue
			}
			if line == "" && len(item) > 1 { // a nested list stands close to its item
				continue
			}
			out = append(out, spaces(by)+line)
		}
	}
	return out
}

// tableLines draws a table in columns, or as a list of labelled values where the columns have no room.
func tableLines(t *theme.Theme, b *checklists.Block, w int) []string {
	rows := make([][]string, 0, len(b.Rows)+1)
	head := cellsOf(b.Head)
	rows = append(rows, head)
	need := 0
	for i := range head {
		col := Width(head[i])
		for _, r := range b.Rows {
			if i < len(r) {
				col = max(col, Width(plainSpans(r[i])))
			}
		}
		need += col + 2
	}
	for _, r := range b.Rows {
		rows = append(rows, cellsOf(r))
	}
	if need-2 <= w {
		out := Table(rows, w)
		out[0] = t.Muted(out[0])
		return out
	}
	var out []string
	for _, r := range rows[1:] {
		for i, c := range r {
			label := ""
			if i < len(head) && i > 0 {
				label = "  " + head[i] + ": "
			}
			out = append(out, Hang(label, c, w, min(4, max(0, w/4)))...)
		}
	}
	return out
}

func cellsOf(cells [][]checklists.Span) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = plainSpans(c)
	}
	return out
}

func plainSpans(ss []checklists.Span) string {
	var b strings.Builder
	for _, s := range ss {
		b.WriteString(s.Text)
	}
	return b.String()
}

func spans(t *theme.Theme, ss []checklists.Span) string {
	var b strings.Builder
	for _, s := range ss {
		switch {
		case s.Code:
			b.WriteString(t.Accent(s.Text))
		case s.Bold:
			b.WriteString(t.Bold(s.Text))
		case s.Link != "":
			b.WriteString(t.Underline(s.Text))
			if s.Link != s.Text && strings.Contains(s.Link, "://") {
				b.WriteString(" (" + s.Link + ")")
			}
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}
