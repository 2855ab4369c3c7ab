package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Screen is what the root model stacks.
type Screen = deps.Screen

// twice is how soon a second ctrl+c must come to leave.
const twice = 2 * time.Second

// layer is a screen on the stack, with the run that it drives.
type layer struct {
	screen  Screen
	driver  deps.Driver // nil: it drives none
	closing bool
}

// overlay is what lies over the screens and has the keys: help, or the palette.
type overlay interface {
	// key takes a key; done closes the overlay, then is sent on where it is not nil.
	key(msg tea.KeyPressMsg) (done bool, then tea.Msg)
	paste(text string)
	view(under string, w, h int) (content string, cursor *tea.Cursor)
}

// model is the root. It is used by the event loop alone.
type model struct {
	ctx    context.Context
	d      deps.Deps
	t      *theme.Theme
	wall   func() time.Time
	run    func(deps.Deps, *theme.Theme, deps.Driver) Screen
	page   func(deps.ShowProcedure) Screen
	w, h   int
	stack  []layer
	over   overlay
	mouse  bool
	local  bool
	time   deps.Tick     // the last one, for screens that come later
	seen   deps.Snapshot // likewise
	opened uint64        // counts what was asked to be opened: an answer to an older one is closed again

	interrupted time.Time  // the last ctrl+c
	entries     []entry    // what the palette finds
	leave       []farewell // what is said once the screen is left
	cause       steps.Code
	fault       error // of the program, beside the screen

	drawn  string // the last content, while nothing has come that could change it
	cursor *tea.Cursor
	fresh  bool
}

func (m *model) top() *layer { return &m.stack[len(m.stack)-1] }

// Init asks the terminal for its background, begins the ticks and the look at the state.
func (m *model) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor, m.tick(0), m.watch(nil), m.find()}
	for i := range m.stack {
		cmds = append(cmds, m.stack[i].screen.Init())
	}
	return tea.Batch(cmds...)
}

// Update routes: the terminal, then the overlay, then keys of every screen, then the screen on top. What belongs to nobody here
// goes to every screen, which knows its own messages.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.fresh = false
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m, m.onKey(msg)
	case tea.KeyReleaseMsg, tea.MouseMotionMsg, tea.BlurMsg:
		m.fresh = true
		return m, nil
	case tea.PasteMsg:
		return m, m.onPaste(msg)
	case tea.MouseMsg:
		return m, m.onMouse(msg)
	}
	if cmd, ok := m.onTerminal(msg); ok {
		return m, cmd
	}
	if cmd, ok := m.onScreen(msg); ok {
		return m, cmd
	}
	return m, m.all(msg)
}

// onTerminal takes what the terminal says of itself.
func (m *model) onTerminal(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m.all(msg), true
	case tea.ColorProfileMsg:
		m.t.SetProfile(msg.Profile)
		return m.all(deps.Themed{}), true
	case tea.BackgroundColorMsg:
		m.t.SetDark(msg.IsDark())
		return m.all(deps.Themed{}), true
	case tea.FocusMsg, tea.ResumeMsg:
		return m.all(deps.Focused{}), true
	case ticked:
		m.time = deps.Tick(msg)
		return tea.Batch(m.tick(interval(msg)), m.all(m.time)), true
	case looked:
		m.seen = deps.Snapshot{Snapshot: msg.snapshot}
		if msg.changed == nil {
			return m.all(m.seen), true
		}
		return tea.Batch(m.watch(msg.changed), m.all(m.seen)), true
	case found:
		m.entries = msg
		return nil, true
	case stopped:
		return m.stop(msg), true
	}
	return nil, false
}

// onScreen takes what screens ask of the root.
func (m *model) onScreen(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case deps.ShowProcedure:
		return m.push(layer{screen: m.page(msg)}), true
	case deps.OpenProcedure:
		return m.open(func(ctx context.Context) (deps.Driver, error) { return m.d.Start(ctx, msg.ID, msg.Params, msg.From) }), true
	case deps.OpenRun:
		return m.open(func(ctx context.Context) (deps.Driver, error) { return m.d.Resume(ctx, msg.ID) }), true
	case deps.Leave:
		return m.close(msg.Text), true
	case deps.ToggleZone:
		return m.toggleZone(), true
	case opened:
		return m.onOpened(msg), true
	case closed:
		return m.onClosed(msg), true
	}
	return nil, false
}

// all sends a message to every screen.
func (m *model) all(msg tea.Msg) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(m.stack))
	for i := range m.stack {
		cmds = append(cmds, m.stack[i].screen.Update(msg))
	}
	return tea.Batch(cmds...)
}

func (m *model) toggleZone() tea.Cmd {
	m.local = !m.local
	zone := time.UTC
	if m.local {
		zone = time.Local
	}
	m.t.SetZone(zone)
	return m.all(deps.Themed{})
}

// small reports whether there is no room to answer in safely.
func (m *model) small() bool { return m.w < minWidth || m.h < minHeight }

// keys are what answers on the screen on top, and everywhere.
func (m *model) keys() keys.Map {
	return keys.Join(m.top().screen.Keys(), keys.EverywhereMap())
}
