package home

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Panels, by the key that opens them.
const (
	panelProcedures = 1
	panelNow        = 2
	panelState      = 3
)

// reload is how many ticks lie between two readings of the runs: another terminal may have begun one.
const reload = 15

// Home is the home screen.
type Home struct {
	d deps.Deps
	t *theme.Theme

	tick    deps.Tick
	ticks   int
	snap    *status.Snapshot
	looking bool // asked for with r, and not answered yet

	loaded  bool
	procs   []checklists.Summary
	runs    []steps.RunSummary
	obliged []steps.OpenObligation
	err     error // of the last reading

	focus   int
	zoom    bool
	now     widget.List
	list    widget.List // procedures, or groups of them
	group   string      // the group that is opened where there is no room for all
	state   int         // first line of the state shown
	find    *widget.Input
	message string // of what was just done, until the next key
	busy    string // a run is being opened

	w, h   int
	stack  bool // panels are one above the other
	places map[int]place
	cursor *tea.Cursor
	goes   map[string]tea.Msg // by a row's id: what opening it says
}

// place is where a panel's lines stand on the screen, for the mouse.
type place struct{ x, y, w, h int }

// New makes the home screen.
func New(d deps.Deps, t *theme.Theme) *Home {
	return &Home{d: d, t: t, focus: panelNow, places: map[int]place{}, goes: map[string]tea.Msg{}}
}

// Init reads procedures, runs and obligations.
func (h *Home) Init() tea.Cmd { return h.load() }

// loaded is what was read.
type loaded struct {
	procs   []checklists.Summary
	runs    []steps.RunSummary
	obliged []steps.OpenObligation
	err     error
}

// lookedAgain is the answer to r.
type lookedAgain struct{ snapshot status.Snapshot }

// load reads what the screen lists, in a command.
func (h *Home) load() tea.Cmd {
	d, procs := h.d, h.procs
	return func() tea.Msg {
		out := loaded{procs: procs}
		note := func(err error) {
			if out.err == nil {
				out.err = err
			}
		}
		ctx := context.Background()
		var err error
		if d.List != nil && procs == nil {
			out.procs, err = d.List()
			note(err)
		}
		if d.Journal != nil {
			out.runs, err = d.Journal.Runs(ctx)
			note(err)
			out.obliged, err = d.Journal.Obligations(ctx, d.Environment.Name)
			note(err)
		}
		return out
	}
}

// Update takes a message.
func (h *Home) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loaded:
		h.loaded, h.procs, h.runs, h.obliged, h.err = true, msg.procs, msg.runs, msg.obliged, msg.err
	case deps.Tick:
		h.tick = msg
		if h.ticks++; h.ticks%reload == 0 {
			return h.load()
		}
	case deps.Snapshot:
		h.seen(msg.Snapshot)
	case lookedAgain:
		h.looking = false
		h.seen(msg.snapshot)
	case deps.Returned:
		h.busy = ""
		h.message, _, _ = strings.Cut(msg.Text, ". ") // the rest is said when the program ends
		return h.load()
	case deps.Refused:
		h.busy, h.message = "", h.say(msg.Err.Error(), 300)
	case deps.Act:
		return h.act(msg.ID)
	case tea.PasteMsg:
		if h.find != nil {
			h.find.Paste(msg.Content)
		}
	case tea.KeyPressMsg:
		return h.onKey(msg)
	case tea.MouseMsg:
		return h.onMouse(msg)
	}
	return nil
}

func (h *Home) seen(s status.Snapshot) {
	if !s.At.IsZero() {
		h.snap = &s
	}
}

// say is a text from outside as it may be shown: masked, on one line, nothing in it moves the terminal.
func (h *Home) say(s string, limit int) string {
	if h.d.Mask != nil {
		s = h.d.Mask.Mask(s)
	}
	return redact.Escape(s, limit)
}

// Title names the screen.
func (h *Home) Title() string { return "home" }

// Typing reports whether the line that finds procedures has the keys.
func (h *Home) Typing() bool { return h.find != nil }

// Cursor is where the last View wants it.
func (h *Home) Cursor() *tea.Cursor { return h.cursor }

// Keys are what answers here.
func (h *Home) Keys() keys.Map {
	m := keys.Join(keys.HomeMap(), keys.ListMap().Without(keys.Find), keys.EverywhereMap().Without(keys.Panel4, keys.Panel5, keys.Narrower, keys.Wider, keys.Shorter, keys.Taller, keys.Reset))
	for i := range m {
		if m[i].ID == keys.Panel1 {
			m[i].Show, m[i].Help = "1 to 3", "procedures, right now, state"
		}
	}
	m = m.Off(keys.CardID, "no run is on this screen")
	if h.d.Status == nil {
		m = m.Off(keys.Look, "there is no state to look at")
	}
	return m
}

// act does what the binding with this id does.
func (h *Home) act(id string) tea.Cmd {
	b := h.Keys().Get(id)
	if b.ID == "" || !b.On() || len(b.Keys) == 0 {
		return nil
	}
	return h.command(b.ID, b.Keys[0])
}

func (h *Home) onKey(msg tea.KeyPressMsg) tea.Cmd {
	h.message = ""
	if h.find != nil {
		return h.findKey(msg)
	}
	key := msg.String()
	b, ok := h.Keys().Find(key)
	switch {
	case !ok && (key == "left" || key == "right"):
		h.sideways(key)
		return nil
	case !ok:
		return nil
	case !b.On():
		h.message = b.Label + ": " + b.Why
		return nil
	}
	return h.command(b.ID, key)
}

// command carries out a binding by its id; key is the one that was pressed.
func (h *Home) command(id, key string) tea.Cmd {
	switch id {
	case keys.Enter:
		return h.open()
	case keys.Next:
		h.focus = map[int]int{panelNow: panelProcedures, panelProcedures: panelState, panelState: panelNow}[h.focus]
	case keys.Previous:
		h.focus = map[int]int{panelNow: panelState, panelProcedures: panelNow, panelState: panelProcedures}[h.focus]
	case keys.Panel1:
		h.show(panelProcedures)
	case keys.Panel2:
		h.show(panelNow)
	case keys.Panel3:
		h.show(panelState)
	case keys.Zoom:
		h.zoom = !h.zoom
	case keys.Look:
		return h.look()
	case keys.Find:
		h.find, h.focus = &widget.Input{}, panelProcedures
		h.list.Cursor = 0
	case keys.Back:
		h.back()
	case keys.Quit:
		return deps.Send(deps.Leave{})
	case keys.Zone:
		return deps.Send(deps.ToggleZone{})
	default:
		h.move(key)
	}
	return nil
}

// show focuses a panel; stacked, the state opens in the place of the others.
func (h *Home) show(panel int) {
	h.focus = panel
	h.zoom = h.stack && panel == panelState
}

// back goes one thing back, and never out.
func (h *Home) back() {
	switch {
	case h.zoom:
		h.zoom = false
		if h.stack {
			h.focus = panelNow
		}
	case h.group != "":
		group := h.group
		h.group = ""
		h.rows()
		h.list.Select("group:" + group)
	case h.focus != panelNow:
		h.focus = panelNow
	default:
		h.message = "you are at home; q leaves the program, runs are kept"
	}
}

// look asks for a new look at everything.
func (h *Home) look() tea.Cmd {
	if h.d.Status == nil || h.looking {
		return nil
	}
	h.looking = true
	w := h.d.Status
	return tea.Batch(h.load(), func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return lookedAgain{w.Look(ctx)}
	})
}

// open says what the row in focus opens.
func (h *Home) open() tea.Cmd {
	l := h.focused()
	if l == nil {
		return nil
	}
	row := l.Current()
	if row == nil {
		h.message = "there is nothing to open here; 1 goes to the procedures"
		return nil
	}
	if row.Blocked != "" {
		h.message = row.Blocked
		return nil
	}
	msg := h.goes[row.ID]
	switch msg := msg.(type) {
	case nil:
		return nil
	case openGroup:
		h.group = string(msg)
		h.list.Cursor = 0
		return nil
	case deps.OpenRun:
		if h.busy != "" {
			return nil
		}
		h.busy = "opening run " + msg.ID
	}
	h.find = nil
	return deps.Send(msg)
}

// openGroup opens a group of procedures in the place of all groups.
type openGroup string

func (h *Home) focused() *widget.List {
	switch h.focus {
	case panelNow:
		return &h.now
	case panelProcedures:
		return &h.list
	default:
		return nil
	}
}

// move moves in the panel in focus. Past the last row of what is wrong come the procedures, and back.
func (h *Home) move(key string) {
	if h.focus == panelState {
		h.scroll(key)
		return
	}
	l := h.focused()
	before := l.Cursor
	page := h.places[h.focus].h
	if !l.Key(key, page) {
		return
	}
	down, up := key == "down" || key == "j", key == "up" || key == "k"
	switch {
	case l.Cursor == before && down && h.focus == panelNow && !h.zoom:
		h.focus = panelProcedures
	case l.Cursor == before && up && h.focus == panelProcedures && !h.zoom && h.now.Current() != nil:
		h.focus = panelNow
	}
}

func (h *Home) scroll(key string) {
	page := max(1, h.places[panelState].h-1)
	switch key {
	case "up", "k":
		h.state--
	case "down", "j":
		h.state++
	case "pgup", "ctrl+u":
		h.state -= page
	case "pgdown", "ctrl+d", "space":
		h.state += page
	case "g", "home":
		h.state = 0
	case "G", "end":
		h.state = 1 << 20
	}
}
