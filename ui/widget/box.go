package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/ui/theme"
)

// Box is a bordered box of its own, to be laid over a screen with Over.
type Box struct {
	Theme       *theme.Theme
	Border      theme.Border // theme.Heavy for the overlay that sends, theme.Single for others
	W           int          // outer width
	Title, Note string       // top border, left and right
	Foot        string       // bottom border, left
	Lines       []string     // one blank column is left inside the borders
	Paint       func(string) string
}

// Render draws the box: len(Lines)+2 lines of exactly W columns.
func (x *Box) Render() []string {
	paint := x.Paint
	if paint == nil {
		paint = x.Theme.Line
	}
	in := x.W - 2
	edge := func(l, fill, r, left, right string) string {
		head := ""
		if left != "" {
			head = paint(fill) + " " + Clip(left, in-4) + " "
		}
		tail := ""
		if right != "" {
			tail = " " + Clip(right, max(0, in-Width(head)-4)) + " " + paint(fill)
		}
		return paint(l) + head + paint(strings.Repeat(fill, max(0, in-Width(head)-Width(tail)))) + tail + paint(r)
	}
	b := x.Border
	out := make([]string, 0, len(x.Lines)+2)
	out = append(out, edge(b.TopLeft, b.Top, b.TopRight, x.Title, x.Note))
	side := [2]string{paint(b.Left), paint(b.Right)}
	for _, line := range x.Lines {
		out = append(out, side[0]+" "+Fit(line, in-2)+" "+side[1])
	}
	out = append(out, edge(b.BottomLeft, b.Bottom, b.BottomRight, x.Foot, ""))
	for i := range out {
		out[i] = x.Theme.Fold(out[i])
	}
	return out
}

// Over lays lines over a screen of lines at column x and row y, in place. Lines outside the screen are left out.
func Over(screen, lines []string, x, y int) {
	for i, line := range lines {
		if y+i < 0 || y+i >= len(screen) {
			continue
		}
		under := screen[y+i]
		w := Width(under)
		line = Clip(line, max(0, w-x))
		screen[y+i] = ansi.Truncate(under, x, "") + "\x1b[m" + line + ansi.TruncateLeft(under, x+Width(line), "")
	}
}
