package home

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Page is a procedure's first page: when to use it, its objective, what it may change, its steps, and the parameters that it wants.
// Enter starts a run, which writes a record and sends nothing.
type Page struct {
	d   deps.Deps
	t   *theme.Theme
	ask deps.ShowProcedure

	tick    deps.Tick
	proc    *steps.Procedure
	last    time.Time // the last run in this environment
	drilled time.Time
	err     error
	form    form
	guard   keys.Guard
	busy    bool
	message string
	top     int
	cursor  *tea.Cursor

	w, h, shown, lines int
	body               []string // of the last width and theme
	bodyFor            [2]uint64
}

// NewPage makes the first page of a procedure.
func NewPage(d deps.Deps, t *theme.Theme, ask deps.ShowProcedure) *Page {
	p := &Page{d: d, t: t, ask: ask, guard: keys.Guard{Now: time.Now}}
	p.guard.Arm()
	return p
}

// loadedPage is what was read of a procedure.
type loadedPage struct {
	id            string
	proc          *steps.Procedure
	last, drilled time.Time
	err           error
}

// rested ends the guard's rest: what Enter does is shown again.
type rested struct{ page *Page }

// Init reads the procedure.
func (p *Page) Init() tea.Cmd {
	d, id := p.d, p.ask.ID
	return tea.Batch(p.rest(), func() tea.Msg {
		out := loadedPage{id: id}
		out.proc, out.err = d.Load(id)
		if d.Journal == nil {
			return out
		}
		runs, err := d.Journal.Runs(backgroundContext())
		if err != nil {
			return out
		}
		h := Home{d: d, runs: runs}
		out.last, out.drilled = h.lastRun(id, d.Environment.Name), h.rehearsed(id)
		return out
	})
}

// rest waits until the guard opens.
func (p *Page) rest() tea.Cmd {
	left := p.guard.Left()
	if left <= 0 {
		return nil
	}
	return tea.Tick(left, func(time.Time) tea.Msg { return rested{p} })
}

// Update takes a message.
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loadedPage:
		if msg.id == p.ask.ID {
			p.proc, p.last, p.drilled, p.err, p.bodyFor = msg.proc, msg.last, msg.drilled, msg.err, [2]uint64{}
			p.form = form{}
			if p.proc != nil {
				p.form = newForm(p.proc.Params, p.ask.Params, p.d.Environment)
			}
			p.guard.Arm()
			return p.rest()
		}
	case rested:
		if msg.page == p {
			return p.rest()
		}
	case deps.Tick:
		p.tick = msg
	case deps.Focused:
		p.guard.Arm()
		return p.rest()
	case deps.Refused:
		p.busy = false
		p.message = p.say(msg.Err.Error(), 400)
	case deps.Returned:
		p.busy = false
	case deps.Act:
		if b := p.Keys().Get(msg.ID); b.On() && len(b.Keys) > 0 {
			return p.command(b.ID, b.Keys[0])
		}
	case tea.PasteMsg:
		p.form.paste(msg.Content)
	case tea.KeyPressMsg:
		return p.onKey(msg)
	case tea.MouseWheelMsg:
		p.scroll(map[tea.MouseButton]string{tea.MouseWheelUp: "up", tea.MouseWheelDown: "down"}[msg.Button])
	}
	return nil
}

func (p *Page) say(s string, limit int) string {
	if p.d.Mask != nil {
		s = p.d.Mask.Mask(s)
	}
	return redact.Escape(s, limit)
}

// Title names the screen.
func (p *Page) Title() string {
	if p.proc != nil {
		return p.proc.Title
	}
	return p.ask.ID
}

// Typing reports whether a field has the keys.
func (p *Page) Typing() bool { return p.form.typing() }

// Cursor is where the last View wants it.
func (p *Page) Cursor() *tea.Cursor { return p.cursor }

// Keys are what answers here.
func (p *Page) Keys() keys.Map {
	const where = "First page"
	m := keys.Map{{ID: keys.Enter, Keys: []string{"enter"}, Label: "start", Help: "start a run: a record, nothing is sent", Where: where, Rank: 1}}
	if p.form.open() {
		m[0].Label, m[0].Help = "next", "keep this field; after the last one, start"
		m = append(m, keys.Binding{ID: "choose", Keys: []string{"left", "right"}, Show: "← →", Label: "choose", Where: where, Rank: 2},
			keys.Binding{ID: keys.Previous, Keys: []string{"shift+tab"}, Label: "field before", Where: where})
	} else if p.form.wanted() > 0 {
		m = append(m, keys.Binding{ID: keys.Previous, Keys: []string{"shift+tab"}, Label: "change a field", Where: where, Rank: 3})
	}
	if p.proc == nil {
		m[0].Why = "there is nothing to start"
	}
	m = append(m, keys.ListMap().Without(keys.Find)...)
	m = keys.Join(m, keys.Map{{ID: keys.Back, Keys: []string{"esc"}, Label: "back", Where: where, Rank: 2, Right: true},
		{ID: keys.Quit, Keys: []string{"q"}, Label: "leave this page", Where: keys.Everywhere, Quiet: true}},
		keys.EverywhereMap().Only(keys.Help, keys.Palette, keys.Zone, keys.Interrupt, keys.Suspend, keys.Redraw))
	return m
}

func (p *Page) onKey(msg tea.KeyPressMsg) tea.Cmd {
	p.message = ""
	key := msg.String()
	if key == "enter" {
		if !p.guard.TakeEnter(msg.IsRepeat) {
			return p.rest()
		}
		return p.command(keys.Enter, key)
	}
	if p.form.key(msg) {
		return nil
	}
	b, ok := p.Keys().Find(key)
	if !ok {
		return nil
	}
	return p.command(b.ID, key)
}

// command carries out a binding by its id.
func (p *Page) command(id, key string) tea.Cmd {
	switch id {
	case keys.Enter:
		return p.enter()
	case keys.Back, keys.Quit:
		if p.form.leave() {
			return nil
		}
		return deps.Send(deps.Leave{})
	case keys.Zone:
		return deps.Send(deps.ToggleZone{})
	case keys.Previous:
		p.form.at = max(0, p.form.wanted()-1)
	default:
		p.scroll(key)
	}
	return nil
}

// enter keeps a field, or starts the run.
func (p *Page) enter() tea.Cmd {
	switch {
	case p.proc == nil || p.busy:
		return nil
	case p.form.open():
		if why := p.form.next(); why != "" {
			p.message = why
			return nil
		}
		if p.form.open() {
			return nil
		}
		if p.form.wanted() > 0 { // the last field is kept; what Enter does has changed
			p.guard.Arm()
			return p.rest()
		}
		return nil
	}
	p.busy = true
	return deps.Send(deps.OpenProcedure{ID: p.ask.ID, Params: p.form.values(), From: p.ask.From})
}

func (p *Page) scroll(key string) {
	page := max(1, p.shown-1)
	switch key {
	case "up", "k":
		p.top--
	case "down", "j":
		p.top++
	case "pgup":
		p.top -= page
	case "pgdown", "space":
		p.top += page
	case "ctrl+u":
		p.top -= page / 2
	case "ctrl+d":
		p.top += page / 2
	case "g", "home":
		p.top = 0
	case "G", "end":
		p.top = p.lines
	}
	p.top = max(0, min(p.top, p.lines-p.shown))
}

// text is the page for w columns, built again when the width or the theme has changed.
func (p *Page) text(w int) []string {
	now := [2]uint64{uint64(w) + 1, p.t.Version()}
	if p.bodyFor != now {
		p.body, p.bodyFor = p.build(w), now
	}
	return p.body
}

func (p *Page) build(w int) []string {
	proc := p.proc
	var out []string
	add := func(lines ...string) { out = append(out, lines...) }
	if proc.WhenToUse != "" {
		add(p.t.Bold("When to use it"))
		add(widget.Markdown(p.t, proc.WhenToUse, w)...)
		add("")
	}
	if proc.Prose != "" {
		add(widget.Markdown(p.t, proc.Prose, w)...)
		add("")
	}
	label := func(name, text string) { add(widget.Hang(widget.Pad(name, 17), text, w, -1)...) }
	if proc.Objective.RTO > 0 {
		label("Objective", "back within "+widget.Span(proc.Objective.RTO)+", "+lost(proc.Objective.RPO))
	}
	for i, text := range changes(proc) {
		name := ""
		if i == 0 {
			name = "It may change"
		}
		label(name, text)
	}
	if len(proc.Requires) > 0 {
		label("It needs", strings.Join(proc.Requires, ", "))
	}
	label("Last", p.history())
	return append(out, p.steps(w)...)
}

// steps are the procedure's own steps, numbered as in a run; those that they lead to are counted.
func (p *Page) steps(w int) []string {
	var lines []string
	beneath := 0
	for i := range p.proc.Steps {
		s := &p.proc.Steps[i]
		if s.ID.Scope() != "" {
			beneath++
			continue
		}
		sign := p.t.Sign(theme.Todo)
		if changesCloud(p.proc, s) {
			sign = p.t.Accent(p.t.Sign(theme.Changes))
		}
		lines = append(lines, widget.Clip(fmt.Sprintf("%s %2d %s  %s", sign, len(lines)+1, s.Title, p.t.Muted(s.Kind)), w))
	}
	head := widget.Count(len(lines), "step", "steps")
	if beneath > 0 {
		head += fmt.Sprintf(", %d more in the procedures that they follow", beneath)
	}
	return append([]string{"", p.t.Bold(head)}, lines...)
}

// changesCloud reports whether a step, or one that it leads to, changes something.
func changesCloud(proc *steps.Procedure, s *steps.Step) bool {
	if s.Kind == "do" {
		return true
	}
	for i := range proc.Steps {
		if other := &proc.Steps[i]; other.Kind == "do" && other.ID.Under(s.ID) {
			return true
		}
	}
	return false
}

func lost(d time.Duration) string {
	if d == 0 {
		return "no data lost"
	}
	return "at most " + widget.Span(d) + " of data lost"
}

// changes are the steps that change the cloud, each with the own step of the procedure that leads to it.
func changes(proc *steps.Procedure) []string {
	var out []string
	number := 0
	for i := range proc.Steps {
		s := &proc.Steps[i]
		if s.ID.Scope() == "" {
			number++
		}
		if s.Kind != "do" {
			continue
		}
		text := fmt.Sprintf("%s (step %d", s.Title, number)
		if s.Risk != "" {
			text += ", " + string(s.Risk)
		}
		if text += ")"; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		return []string{"nothing: it reads only"}
	}
	return out
}

func (p *Page) history() string {
	var parts []string
	if !p.last.IsZero() {
		parts = append(parts, "run here "+p.t.Date(p.last))
	}
	switch {
	case p.d.Environment.Name == practice:
	case !p.drilled.IsZero():
		parts = append(parts, "drilled "+p.t.Date(p.drilled))
	case p.proc.Objective.RTO > 0:
		parts = append(parts, p.t.Warn(p.t.Sign(theme.Warn)+" never drilled"))
	}
	if len(parts) == 0 {
		return "never run here, as far as this record knows"
	}
	return strings.Join(parts, ", ")
}
