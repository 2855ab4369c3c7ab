package widget

import (
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/ui/theme"
)

// placed is a band with its widths and joints: the columns of the screen at which its inner borders stand.
type placed struct {
	columns []Column
	widths  []int
	joints  []int
	rows    int // with the title lines
}

func layout(b *Band, w int) placed {
	p := placed{columns: b.Columns, widths: make([]int, len(b.Columns))}
	x := 0
	for i, c := range b.Columns {
		p.widths[i] = c.W
		if i == len(b.Columns)-1 {
			p.widths[i] = w - 2 - x
		} else {
			x += c.W + 1
			p.joints = append(p.joints, x)
		}
		rows := 0
		for _, panel := range c.Panels {
			rows += panel.Rows + 1
		}
		p.rows = max(p.rows, rows)
	}
	return p
}

// cell is a row of one column: either a title's line or content.
type cell struct {
	panel *Panel
	row   int // -1: the title's line
}

func cells(c *Column, rows int) []cell {
	out := make([]cell, 0, rows)
	for i := range c.Panels {
		for row := -1; row < c.Panels[i].Rows; row++ {
			out = append(out, cell{&c.Panels[i], row})
		}
	}
	for row := 0; len(out) < rows; row++ {
		out = append(out, cell{&Panel{}, row})
	}
	return out
}

// band draws a band's rows after out.
func (f *Frame) band(out []string, p placed, above []int) []string {
	grid := make([][]cell, len(p.columns))
	for i := range p.columns {
		grid[i] = cells(&p.columns[i], p.rows)
	}
	out = append(out, f.opening(p, grid, above))
	side := f.side()
	var b strings.Builder
	for y := 1; y < p.rows; y++ {
		b.Reset()
		for i := range grid {
			c := grid[i][y]
			switch {
			case i == 0 && c.row < 0:
				b.WriteString(side.joinLeft)
			case i == 0:
				b.WriteString(side.left)
			default:
				b.WriteString(f.Theme.Line(joint(f.Theme, grid[i-1][y].row < 0, c.row < 0)))
			}
			f.cell(&b, c, p.widths[i])
			if i == len(grid)-1 {
				if c.row < 0 {
					b.WriteString(side.joinRight)
				} else {
					b.WriteString(side.right)
				}
			}
		}
		out = append(out, b.String())
	}
	return out
}

// joint is the character between two columns where each may have a line.
func joint(t *theme.Theme, left, right bool) string {
	l := t.Inner()
	switch {
	case left && right:
		return l.Cross
	case left:
		return l.LeftHere
	case right:
		return l.RightHere
	default:
		return l.Down
	}
}

func (f *Frame) cell(b *strings.Builder, c cell, w int) {
	if c.row < 0 {
		b.WriteString(f.title(c.panel, w))
		return
	}
	line := ""
	if c.row < len(c.panel.Lines) {
		line = c.panel.Lines[c.row]
	}
	if c.panel.Bare || w < 4 {
		b.WriteString(Fit(line, w))
		return
	}
	b.WriteByte(' ')
	b.WriteString(Fit(line, w-2))
	b.WriteByte(' ')
}

// opening is a band's first line, in which the joints of the band above end and its own begin, beneath the titles.
func (f *Frame) opening(p placed, grid [][]cell, above []int) string {
	t := f.Theme
	side := f.side()
	var b strings.Builder
	b.WriteString(side.joinLeft)
	x := 1
	for i := range grid {
		if i > 0 {
			b.WriteString(t.Line(meet(t, x, above, p.joints)))
			x++
		}
		b.WriteString(f.titleOver(grid[i][0].panel, p.widths[i], x, above))
		x += p.widths[i]
	}
	b.WriteString(side.joinRight)
	return b.String()
}

// meet is the character at x of a line between two bands.
func meet(t *theme.Theme, x int, above, below []int) string {
	l := t.Inner()
	up, down := slices.Contains(above, x), slices.Contains(below, x)
	switch {
	case up && down:
		return l.Cross
	case up:
		return l.UpHere
	case down:
		return l.DownHere
	default:
		return l.Across
	}
}

func (f *Frame) title(p *Panel, w int) string { return f.titleOver(p, w, 0, nil) }

// titleOver is a title's line of w columns whose first stands at x of the screen; joints of the band above end in it where no text
// covers them.
func (f *Frame) titleOver(p *Panel, w, x int, above []int) string {
	t := f.Theme
	left, right := titles(t, p, w)
	lw, rw := Width(left), Width(right)
	var b strings.Builder
	b.WriteString(left)
	run := 0
	across := t.Inner().Across
	flush := func() {
		if run > 0 {
			b.WriteString(t.Line(strings.Repeat(across, run)))
			run = 0
		}
	}
	for i := lw; i < w-rw; i++ {
		if slices.Contains(above, x+i) {
			flush()
			b.WriteString(t.Line(t.Inner().UpHere))
			continue
		}
		run++
	}
	flush()
	b.WriteString(right)
	return b.String()
}

// titles are both ends of a title's line. The title gives way to the note down to twelve columns, then the note is clipped.
func titles(t *theme.Theme, p *Panel, w int) (left, right string) {
	across := t.Inner().Across
	title, note := p.Title, p.Note
	if p.Focused {
		title = t.Sign(theme.Now) + " " + title
	}
	room := w - 4 // one line and one blank before the title, a blank and a line after it
	if note != "" {
		room -= 4
	}
	if room < 1 {
		return "", ""
	}
	tw, nw := Width(title), Width(note)
	if tw+nw > room {
		tw = min(tw, max(12, room-nw), room)
		title, note = Clip(title, tw), Clip(note, max(0, room-tw))
	}
	if title != "" {
		if p.Focused {
			title = t.Strong(theme.RoleAccent, title)
		}
		left = t.Line(across) + " " + title + " "
	}
	if note != "" {
		right = " " + note + " " + t.Line(across)
	}
	return left, right
}
