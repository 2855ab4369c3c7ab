package run

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// written is a step's prose and by-hand block, as they were last laid out.
type written struct {
	step   steps.Path
	w      int
	seq    uint64
	prose  []rows.Row
	byHand string
	link   string
}

// text lays out what the document says of a step. It is kept until the step, the width or the run changes.
func (s *Screen) text(step *steps.Step, w int) *written {
	t := &s.words
	if t.step == step.ID && t.w == w && t.seq == s.run.Seq && t.prose != nil {
		return t
	}
	t.step, t.w, t.seq = step.ID, w, s.run.Seq
	all := checklists.Prose(step.Prose)
	t.prose = prose(all, 0, w)
	if t.prose == nil {
		t.prose = []rows.Row{}
	}
	t.link = firstLink(all)
	t.byHand = ""
	if strings.TrimSpace(step.ByHand) != "" {
		t.byHand = checklists.ByHand(step, s.run.Vars(step.ID.Scope()))
	}
	return t
}

// prose draws blocks as rows of at most w columns.
func prose(all []checklists.Block, indent, w int) []rows.Row {
	var out []rows.Row
	for i, b := range all {
		if i > 0 && b.Kind != checklists.List {
			out = append(out, rows.Blank())
		}
		out = append(out, block(b, indent, w)...)
	}
	return out
}

func block(b checklists.Block, indent, w int) []rows.Row {
	lead := strings.Repeat(" ", indent)
	switch b.Kind {
	case checklists.Heading:
		return []rows.Row{rows.In(rows.Bold, lead+flat(b.Spans))}
	case checklists.List:
		var out []rows.Row
		for i, item := range b.Items {
			mark := "- "
			if b.Ordered {
				mark = fmt.Sprintf("%d ", max(b.Start, 1)+i)
			}
			inner := prose(item, indent+len(mark), w)
			if len(inner) > 0 && len(inner[0].Left) > 0 {
				inner[0].Left[0].Text = lead + mark + strings.TrimLeft(inner[0].Left[0].Text, " ")
			}
			out = append(out, inner...)
		}
		return out
	case checklists.Code:
		var out []rows.Row
		for line := range strings.SplitSeq(b.Text, "\n") {
			out = append(out, rows.Text(lead+"  "+line))
		}
		return out
	case checklists.Quote:
		return prose(b.Blocks, indent+2, w)
	case checklists.Table:
		return table(b, lead, w)
	case checklists.Rule:
		return nil
	}
	return rows.Paragraph(flat(b.Spans), indent, w)
}

func table(b checklists.Block, lead string, w int) []rows.Row {
	cells := make([][]string, 0, len(b.Rows)+1)
	for _, r := range append([][][]checklists.Span{b.Head}, b.Rows...) {
		var line []string
		for _, c := range r {
			line = append(line, flat(c))
		}
		cells = append(cells, line)
	}
	widths := rows.Columns(cells, w-len(lead))
	var out []rows.Row
	for i, c := range cells {
		r := rows.Text(lead + rows.Cells(c, widths, w-len(lead)))
		if i == 0 {
			r.Left[0].Role = rows.Muted
		}
		out = append(out, r)
	}
	return out
}

func flat(spans []checklists.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
		if s.Link != "" && s.Link != s.Text && strings.HasPrefix(s.Link, "http") {
			b.WriteString(" (" + s.Link + ")")
		}
	}
	return b.String()
}

// firstLink is the first link of the prose that leads to a page, "" where there is none.
func firstLink(all []checklists.Block) string {
	for _, b := range all {
		for _, s := range b.Spans {
			if strings.HasPrefix(s.Link, "https://") {
				return s.Link
			}
		}
		for _, item := range b.Items {
			if l := firstLink(item); l != "" {
				return l
			}
		}
		if l := firstLink(b.Blocks); l != "" {
			return l
		}
	}
	return ""
}
