package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/widget"
)

// Below this the screen can be read and not answered.
const (
	minWidth  = 60
	minHeight = 16
)

// View is the one place that sets the terminal's modes: each view must set all of them again.
func (m *model) View() tea.View {
	if !m.fresh {
		m.drawn, m.cursor = m.draw()
		m.fresh = true
	}
	v := tea.NewView(m.drawn)
	v.AltScreen, v.ReportFocus = true, true
	v.Cursor = m.cursor
	v.KeyboardEnhancements.ReportEventTypes = true // a held Enter is one Enter
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.WindowTitle = m.d.Frame.Title
	if len(m.stack) > 0 {
		v.WindowTitle += " · " + m.top().screen.Title()
	}
	return v
}

// draw is the content and where the cursor stands in it.
func (m *model) draw() (string, *tea.Cursor) {
	switch {
	case len(m.stack) == 0 || m.w <= 0 || m.h <= 0:
		return "", nil
	case m.small():
		return m.card(), nil
	}
	content := m.top().screen.View(m.w, m.h)
	if m.over != nil {
		return m.over.view(content, m.w, m.h)
	}
	return content, m.top().screen.Cursor()
}

// card is what fits on a terminal that is too small to answer on.
func (m *model) card() string {
	if m.w < 12 || m.h < 4 {
		return widget.Clip(m.d.Frame.Short, m.w)
	}
	text := []string{m.d.Environment.Account + "/" + m.d.Environment.Region, m.top().screen.Title()}
	said := fmt.Sprintf("%dx%d is too small to answer in safely; %dx%d is needed. What was sent goes on and nothing is lost.", m.w, m.h, minWidth, minHeight)
	if drv := m.top().driver; drv != nil {
		said += " In line mode: runbook resume " + drv.ID() + " --plain"
	}
	text = append(text, widget.Wrap(said, m.w-2)...)
	b := m.t.Outer()
	lines := make([]string, 0, m.h)
	word := " " + m.t.Word(m.t.Frame.Word) + " "
	lines = append(lines, edge(m, b.TopLeft+b.Top, widget.Clip(word, m.w-4), b.Top, b.TopRight))
	for _, line := range widget.Window(text, 0, m.h-2) {
		lines = append(lines, m.t.PaintOuter(b.Left)+widget.Fit(line, m.w-2)+m.t.PaintOuter(b.Right))
	}
	lines = append(lines, edge(m, b.BottomLeft+strings.Repeat(b.Bottom, max(0, m.w-12)), " q leave ", b.Bottom, b.BottomRight))
	for i := range lines {
		lines[i] = m.t.Fold(lines[i])
	}
	return strings.Join(lines, "\n")
}

// edge is an outer line of the card: what it begins with, words, filler, the corner.
func edge(m *model, begin, words, fill, corner string) string {
	rest := max(0, m.w-widget.Width(begin)-widget.Width(words)-1)
	return m.t.PaintOuter(begin) + words + m.t.PaintOuter(strings.Repeat(fill, rest)+corner)
}
