package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/home"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

const mouseID = "mouse"

// entry is something to go to or to do.
type entry struct {
	text, kind, note string
	why              string  // it is not possible now
	then             tea.Msg // what choosing it says
}

// found is the procedures and runs, read in a command.
type found []entry

// find reads what the palette may go to.
func (m *model) find() tea.Cmd {
	return func() tea.Msg {
		var out found
		if m.d.List != nil {
			all, err := m.d.List()
			if err == nil {
				for _, s := range all {
					note := s.ID
					if s.Objective.RTO > 0 {
						note = "objective " + widget.Span(s.Objective.RTO)
					}
					out = append(out, entry{text: s.Title, kind: "procedure", note: note, then: deps.ShowProcedure{ID: s.ID}})
				}
			}
		}
		if m.d.Journal != nil {
			runs, err := m.d.Journal.Runs(m.ctx)
			if err == nil {
				for i := range runs {
					if r := &runs[i]; home.Open(r, m.d.Environment.Name) {
						out = append(out, entry{text: r.ID + " " + redact.Escape(r.Title, 80), kind: "run", note: fmt.Sprintf("step %d of %d", r.Number, r.Total), then: deps.OpenRun{ID: r.ID}})
					}
				}
			}
		}
		return out
	}
}

// palette finds procedures, runs and actions by any of their letters in order.
type palette struct {
	m     *model
	input widget.Input
	list  widget.List
	hits  []entry
	all   int
}

func newPalette(m *model) *palette {
	p := &palette{m: m}
	p.search()
	return p
}

// entries are what was found, then what keys do, each with its key.
func (p *palette) entries() []entry {
	out := slices.Clone(p.m.entries)
	for _, b := range p.m.keys() {
		if b.Quiet || b.ID == keys.Palette || b.Where == keys.Lists || len(b.Keys) == 0 { // what moves is no action
			continue
		}
		kind := strings.ToLower(b.Where)
		if i := strings.IndexByte(kind, ','); i > 0 {
			kind = kind[:i]
		}
		out = append(out, entry{text: sentence(b.Long()), kind: kind, note: b.Shown(), why: b.Why, then: deps.Act{ID: b.ID}})
	}
	mouse := "Mouse: off"
	if !p.m.mouse {
		mouse = "Mouse: on"
	}
	return append(out, entry{text: mouse, kind: "everywhere", then: deps.Act{ID: mouseID}},
		entry{text: "Send again", kind: "never: nothing is sent twice", why: "nothing is sent twice"})
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (p *palette) search() {
	all := p.entries()
	p.all = len(all)
	p.hits = p.hits[:0]
	type ranked struct {
		entry
		score int
	}
	var hits []ranked
	for _, e := range all {
		if score, ok := home.Match(p.input.Value(), e.text+" "+e.kind+" "+e.note); ok {
			hits = append(hits, ranked{e, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b ranked) int { return b.score - a.score })
	for _, h := range hits {
		p.hits = append(p.hits, h.entry)
	}
	p.list.Cursor = 0
}

func (p *palette) key(msg tea.KeyPressMsg) (bool, tea.Msg) {
	switch key := msg.String(); key {
	case "esc":
		if p.input.Value() == "" {
			return true, nil
		}
		p.input.Set("")
	case "enter":
		if p.list.Cursor < 0 || p.list.Cursor >= len(p.hits) {
			return false, nil
		}
		if e := p.hits[p.list.Cursor]; e.why == "" {
			return true, e.then
		}
		return false, nil
	case "up", "down", "pgup", "pgdown":
		p.list.Key(key, 10)
		return false, nil
	default:
		if !p.input.Key(msg) {
			return false, nil
		}
	}
	p.search()
	return false, nil
}

func (p *palette) paste(text string) {
	p.input.Paste(text)
	p.search()
}

func (p *palette) view(under string, w, h int) (string, *tea.Cursor) {
	width := min(w-4, 100)
	x := (w - width) / 2
	inner := width - 4
	rows := make([][]string, len(p.hits))
	for i, e := range p.hits {
		note := e.note
		if e.why != "" && e.kind != "" && !strings.HasPrefix(e.kind, "never") {
			note = "not now: " + e.why
		}
		rows[i] = []string{e.text, e.kind, note}
	}
	table := widget.Table(rows, inner-2)
	list := make([]widget.Row, len(table))
	for i, line := range table {
		list[i] = widget.Row{ID: fmt.Sprint(i), Text: line, Blocked: p.hits[i].why}
	}
	p.list.Rows = list
	n := max(1, min(len(list), h-8))
	text, at := p.input.View(inner - 3)
	lines := append([]string{p.m.t.Accent(":") + " " + text, ""}, p.list.View(p.m.t, inner, n)...)
	lines = append(lines, "", "Words in any order · enter opens · esc clears, then closes")
	b := widget.Box{Theme: p.m.t, Border: p.m.t.Single(), W: width, Title: p.m.t.Strong(theme.RoleAccent, "Go to or do"), Note: fmt.Sprintf("%d of %d", len(p.hits), p.all), Lines: lines}
	screen := strings.Split(under, "\n")
	widget.Over(screen, b.Render(), x, 1)
	return strings.Join(screen, "\n"), tea.NewCursor(x+4+at, 2)
}
