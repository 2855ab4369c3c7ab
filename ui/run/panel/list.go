package panel

import (
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/ui/run/rows"
)

type timeOf = time.Time

// itemRows draws a list: the cursor's row begins with ›, one that cannot be chosen with -, and says why.
func itemRows(in *In, items []Item, columns []string) []rows.Row {
	widths := widthsOf(items, columns, in.Width-2)
	var out []rows.Row
	for i, it := range items {
		sign := rows.S("  ")
		switch {
		case it.Blocked != "":
			sign = rows.R(rows.Muted, "- ")
		case i == in.Cursor:
			sign = rows.R(rows.Accent, "› ")
		}
		r := rows.Line(sign, rows.S(rows.Cells(cellsOf(it), widths, in.Width-2))).Of(i)
		r.Cursor = i == in.Cursor
		out = append(out, r)
		if it.Note == "" {
			continue
		}
		indent := 2
		for _, w := range widths[:max(0, len(widths)-1)] {
			indent += w
		}
		if indent+rows.Width(it.Note) > in.Width {
			indent = max(4, in.Width-rows.Width(it.Note))
		}
		for _, line := range rows.Wrap(it.Note, max(8, in.Width-indent)) {
			out = append(out, rows.Line(rows.S(strings.Repeat(" ", indent)), rows.R(rows.Muted, line)).Of(i))
		}
	}
	return out
}

func cellsOf(it Item) []string {
	if len(it.Cells) > 0 {
		return it.Cells
	}
	return []string{it.Label}
}

// header is the head of a table whose rows are items.
func header(columns []string, items []Item, w int) rows.Row {
	return rows.In(rows.Muted, "  "+rows.Cells(columns, widthsOf(items, columns, w-2), w-2))
}

// widthsOf are the widths of a table's columns. A reason that stands in the last cell makes no column.
func widthsOf(items []Item, columns []string, w int) []int {
	table := make([][]string, 0, len(items)+1)
	for _, it := range items {
		cells := cellsOf(it)
		if it.Blocked != "" && it.Note == "" {
			cells = cells[:len(cells)-1]
		}
		table = append(table, cells)
	}
	return rows.Columns(append(table, columns), w)
}

// FirstOpen is the row on which a list's cursor begins: the first that can be acted on; of a decision the recommended one; without
// a recommendation none, which is -1.
func FirstOpen(p Panel) int {
	for i, it := range p.Items {
		if it.Blocked != "" {
			continue
		}
		if p.Form == "decide" {
			if it.Act.Do == Choose && strings.Contains(strings.Join(it.Cells, " "), "recommended") {
				return i
			}
			continue
		}
		if p.Form == "choose" && it.Act.Do == Choose && !strings.Contains(it.Note, "recommended") {
			continue
		}
		return i
	}
	return -1
}

// Common items of what can be done next.

func again(in *In) Item {
	it := Item{Cells: []string{"Look again", "reads only"}, Action: "look again (reads only)", Act: Act{Do: LookAgain}}
	switch in.Step.Kind {
	case "check":
		it.Cells[0], it.Action = "Run it again", "run the check again (reads only)"
	case "command":
		it.Cells[0], it.Action = "Run it again", "run the command again (reads only)"
	case "do":
		it.Cells, it.Action = []string{"Look again", "reads only; makes a new plan"}, "look again and make a new plan (reads only)"
	}
	return it
}

func skipIt() Item {
	return Item{Cells: []string{"Skip with a reason", "s; kept for the record"}, Action: "type the reason to skip (sends nothing)", Act: Act{Do: SkipIt}}
}

func approveIt() Item {
	return Item{Cells: []string{"Record an approval", "a; who approved, and a link"}, Action: "type who approved, and a link (sends nothing)", Act: Act{Do: ApproveIt}}
}

func handOver() Item {
	return Item{Cells: []string{"Hand over", "the state of play as a card"}, Action: "open the card (sends nothing)", Act: Act{Do: HandOver}}
}

func readLog(since string) Item {
	return Item{Cells: []string{"Read the log", since}, Action: "go to the log", Act: Act{Do: ReadLog}}
}

// next is a list of what can be done next, under its heading.
func (in *In) next(p *Panel, items ...Item) {
	p.add(Text, []rows.Row{rows.In(rows.Bold, "Next")})
	in.list(p, items)
}
