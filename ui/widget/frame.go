package widget

import (
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/ui/theme"
)

// Frame is one whole screen: the outer border with the environment's word in two corners, lines under it, bands of panels with
// shared borders, and a footer below. Its fields hold texts that may be painted already.
type Frame struct {
	Theme    *theme.Theme
	W, H     int
	Scenario bool     // the scenario stands after PRACTICE, where there is one
	Lead     []string // words in the top border after the environment's, left
	Corner   string   // top border, right: the clock
	Head     []string // lines between the top border and the first band
	Bands    []Band   // from top to bottom; their rows and the lines above must add up to H-2, or H-1 without a footer: see Rest
	Message  string   // bottom border, left: what a finished action says, until the next key
	Footer   string   // the line below the border; "" leaves it out and gives its row to the bands
}

// Band is panels side by side, from border to border.
type Band struct{ Columns []Column }

// Column is panels one above the other. W is the columns between its borders; the last column of a band takes what is left.
type Column struct {
	W      int
	Panels []Panel
}

// Panel is a titled part of the screen. Its title stands in the line above it.
type Panel struct {
	Title, Note string // Note stands at the right end of the title's line
	Focused     bool
	Rows        int      // lines below the title's
	Lines       []string // what is shown; missing ones are blank, more are cut off
	Bare        bool     // lines are as wide as the panel: no blank column inside the borders
}

// Rest is how many rows remain for one more panel after head lines and the given panels' rows, each panel with its title's line.
func (f *Frame) Rest(rows ...int) int {
	n := f.H - 2 - len(f.Head)
	if f.Footer != "" {
		n--
	}
	for _, r := range rows {
		n -= r + 1
	}
	return n - 1
}

// Lines draws the frame: exactly H lines of exactly W columns.
func (f *Frame) Lines() []string {
	if f.W < 4 || f.H < 3 {
		return Window(nil, 0, f.H)
	}
	out := make([]string, 0, f.H)
	out = append(out, f.top())
	side := f.side()
	for _, line := range f.Head {
		out = append(out, side.left+" "+Fit(line, f.W-4)+" "+side.right)
	}
	body := f.H - 2
	if f.Footer != "" {
		body--
	}
	var above []int
	for i := range f.Bands {
		b := layout(&f.Bands[i], f.W)
		out = f.band(out, b, above)
		above = b.joints
	}
	for len(out) < body+1 {
		out = append(out, side.left+spaces(f.W-2)+side.right)
		above = nil
	}
	out = append(out[:body+1], f.bottom(above))
	if f.Footer != "" {
		out = append(out, Fit(f.Footer, f.W))
	}
	if f.Theme.Charset() != theme.Unicode {
		for i := range out {
			out[i] = f.Theme.Fold(out[i])
		}
	}
	return out
}

// String is the lines, joined.
func (f *Frame) String() string { return strings.Join(f.Lines(), "\n") }

type sides struct{ left, right, joinLeft, joinRight string }

func (f *Frame) side() sides {
	b := f.Theme.Outer()
	return sides{f.Theme.PaintOuter(b.Left), f.Theme.PaintOuter(b.Right), f.Theme.PaintOuter(b.JoinLeft), f.Theme.PaintOuter(b.JoinRight)}
}

func (f *Frame) top() string {
	t, b := f.Theme, f.Theme.Outer()
	word := " " + t.Word(t.Frame.Word) + " "
	if f.Scenario && t.Frame.Scenario != "" {
		word += t.Frame.Scenario + " "
	}
	left := t.PaintOuter(b.TopLeft+b.Top) + word
	room := f.W - Width(left) - Width(f.Corner) - 5
	for _, lead := range f.Lead { // a piece that has no room is left out whole
		if room -= Width(lead) + 3; room < 0 {
			break
		}
		left += t.PaintOuter(b.Top) + " " + lead + " "
	}
	return f.edge(left, f.Corner, t.PaintOuter(b.TopRight), b.Top, nil, "")
}

func (f *Frame) bottom(joints []int) string {
	t, b := f.Theme, f.Theme.Outer()
	left := t.PaintOuter(b.BottomLeft + b.Bottom)
	if f.Message != "" {
		left += " " + f.Message + " "
	}
	note := t.Frame.Note
	if t.Frame.Double {
		note = t.Word(note)
	} else {
		note = t.Paint(theme.RolePractice, note)
	}
	return f.edge(left, note, t.PaintOuter(b.BottomRight), b.Bottom, joints, b.JoinBottom)
}

// edge is one outer line: left, filler with joints, then right and the corner.
func (f *Frame) edge(left, right, corner, fill string, joints []int, joint string) string {
	room := f.W - 1
	tail := ""
	if right != "" {
		right = Clip(right, room-6)
		tail = " " + right + " "
		room -= Width(right) + 3
	}
	left = Clip(left, room-1)
	at := Width(left)
	var b strings.Builder
	run := 0
	flush := func() {
		if run > 0 {
			b.WriteString(f.Theme.PaintOuter(strings.Repeat(fill, run)))
			run = 0
		}
	}
	b.WriteString(left)
	for x := at; x < room; x++ {
		if slices.Contains(joints, x) {
			flush()
			b.WriteString(f.Theme.PaintOuter(joint))
			continue
		}
		run++
	}
	flush()
	b.WriteString(tail)
	if right != "" {
		b.WriteString(f.Theme.PaintOuter(fill))
	}
	b.WriteString(corner)
	return b.String()
}
