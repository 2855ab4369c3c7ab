package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// help is the keys that answer now, made from the bindings of the panel in focus.
type help struct {
	t     *theme.Theme
	of    string // whose keys
	rows  []keys.Row
	rest  []keys.Row
	find  *widget.Input // nil: nothing is looked for
	top   int
	lines int // of the last view, and how many it showed
	shown int
}

func newHelp(m *model) *help {
	own := m.top().screen.Keys()
	everywhere := keys.EverywhereMap()
	for i, b := range everywhere { // a screen may say of a key of every screen what it does there, or why nothing
		if mine := own.Get(b.ID); mine.ID != "" {
			mine.Where, mine.Quiet = b.Where, b.Quiet
			everywhere[i] = mine
		}
	}
	h := &help{t: m.t, of: m.top().screen.Title()}
	left := own
	for _, b := range everywhere {
		left = left.Without(b.ID)
	}
	lists := keys.ListMap().Without(keys.Find)
	for _, b := range left {
		lists = lists.Without(b.ID)
	}
	h.rows = keys.Rows(append(left, lists...))
	h.rest = append(keys.Rows(everywhere), mouseRows...)
	return h
}

var mouseRows = []keys.Row{{Text: "Mouse"}, {Keys: "click", Text: "focus, a row"}, {Keys: "wheel", Text: "scrolls what is under it"},
	{Keys: "shift", Text: "and drag selects text"}, {Keys: "never", Text: "answers or confirms"}}

func (h *help) key(msg tea.KeyPressMsg) (bool, tea.Msg) {
	key := msg.String()
	if h.find != nil {
		switch key {
		case "esc":
			h.find = nil
		case "f1":
			return true, nil
		default:
			h.find.Key(msg)
		}
		h.top = 0
		return false, nil
	}
	page := max(1, h.shown-1)
	switch key {
	case "esc", "q", "?", "f1":
		return true, nil
	case "/":
		h.find = &widget.Input{}
	case "up", "k":
		h.top--
	case "down", "j":
		h.top++
	case "pgup", "ctrl+u":
		h.top -= page
	case "pgdown", "ctrl+d", "space":
		h.top += page
	case "g", "home":
		h.top = 0
	case "G", "end":
		h.top = h.lines
	}
	h.top = max(0, min(h.top, h.lines-h.shown))
	return false, nil
}

func (h *help) paste(text string) {
	if h.find != nil {
		h.find.Paste(text)
	}
}

func (h *help) view(_ string, w, height int) (string, *tea.Cursor) {
	f := widget.Frame{Theme: h.t, W: w, H: height, Lead: []string{"help"}, Corner: "keys of " + h.of + ", made from the bindings"}
	f.Footer = keys.Footer(h.t, keys.Map{
		{ID: keys.Find, Show: "/", Label: "find a key", Rank: 1},
		{ID: "off", Show: h.t.Sign(theme.NotNow), Label: "marks what is not possible now, with the reason", Rank: 2},
		{ID: keys.Back, Show: "esc", Label: "close", Rank: 1, Right: true}}, w)
	all := h.body(w - 4)
	h.lines, h.shown = len(all), height-3
	h.top = max(0, min(h.top, h.lines-h.shown))
	f.Head = widget.Window(all, h.top, h.shown)
	if more := h.lines - h.top - h.shown; more > 0 {
		f.Message = fmt.Sprintf("%s %s, pgdn", h.t.Sign(theme.Open), widget.Count(more, "more line", "more lines"))
	}
	lines := f.Lines()
	var cursor *tea.Cursor
	if h.find != nil {
		text, x := h.find.View(w - 8)
		lines[len(lines)-1] = widget.Fit(" / "+text, w)
		cursor = tea.NewCursor(3+x, height-1)
	}
	return strings.Join(lines, "\n"), cursor
}

// body is everything there is to say, in one column or two.
func (h *help) body(w int) []string {
	if h.find != nil && h.find.Value() != "" {
		return h.column(h.matching(), w)
	}
	if w < 76 {
		return append(h.column(append(append([]keys.Row{}, h.rows...), h.rest...), w), h.legend(w)...)
	}
	half := w / 2
	left, right := h.column(h.rows, half-2), h.column(h.rest, w-half)
	out := make([]string, 0, max(len(left), len(right)))
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out = append(out, widget.Fit(l, half)+r)
	}
	return append(out, h.legend(w)...)
}

func (h *help) matching() []keys.Row {
	var out []keys.Row
	query := strings.ToLower(h.find.Value())
	for _, r := range append(append([]keys.Row{}, h.rows...), h.rest...) {
		if r.Keys != "" && strings.Contains(strings.ToLower(r.Keys+" "+r.Text), query) {
			out = append(out, r)
		}
	}
	return out
}

// column draws rows, with the keys of each place in a column as wide as they need.
func (h *help) column(rows []keys.Row, w int) []string {
	var out []string
	wide := keysWidth(rows)
	for i, r := range rows {
		if r.Keys == "" {
			out = append(out, h.t.Bold(widget.Clip(r.Text, w)))
			wide = keysWidth(rows[i+1:])
			continue
		}
		label := widget.Pad(r.Keys, wide) + "  "
		if r.Off {
			for _, line := range widget.Hang(h.t.Sign(theme.NotNow)+" "+label, r.Text, w, wide+4) {
				out = append(out, h.t.Muted(line))
			}
			continue
		}
		out = append(out, widget.Hang("  "+h.t.Accent(label), r.Text, w, wide+4)...)
	}
	return out
}

// keysWidth is the widest of the keys up to the next heading.
func keysWidth(rows []keys.Row) int {
	wide := 0
	for _, r := range rows {
		if r.Keys == "" {
			break
		}
		wide = max(wide, min(widget.Width(r.Keys), 12))
	}
	return wide
}

func (h *help) legend(w int) []string {
	t := h.t
	s := t.Sign
	text := t.OK(s(theme.Pass)) + " pass  " + t.Warn(s(theme.Warn)) + " warn  " + t.Bad(s(theme.Fail)) + " fail  " + t.Unknown(s(theme.Unknown)) + " unknown  " +
		t.Wait(s(theme.Wait)) + " waiting  " + t.Accent(s(theme.Now)) + " now  " + s(theme.Todo) + " to do  " + s(theme.NotNow) + " not now  " +
		s(theme.Changes) + " changes the cloud  (in brackets) old  " + s(theme.Evidence) + " evidence"
	return widget.Hang("Signs  ", text, w, 7)
}
