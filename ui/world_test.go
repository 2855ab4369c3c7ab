package ui

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
)

var at = time.Date(2026, 11, 23, 7, 9, 41, 0, time.UTC)

type still struct{}

func (still) Now() time.Time                             { return at }
func (still) Sleep(context.Context, time.Duration) error { return nil }

// driver is a run of which only its life matters.
type driver struct {
	mu     sync.Mutex
	id     string
	closed int
	paused steps.Code
}

func (d *driver) ID() string { return d.id }
func (d *driver) Procedure() *steps.Procedure {
	return &steps.Procedure{ID: "rollback", Title: "Roll back", Steps: []steps.Step{{ID: "who", Title: "Who am I", Kind: "check"}, {ID: "deploy", Title: "Deploy", Kind: "do"}}}
}
func (d *driver) After(uint64) ([]steps.Event, <-chan struct{}) { return nil, make(chan struct{}) }
func (d *driver) Watch() (engine.Progress, <-chan struct{}) {
	return engine.Progress{Step: "deploy"}, make(chan struct{})
}
func (d *driver) Do(_ context.Context, c engine.Command) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := c.(engine.Pause); ok {
		d.paused = p.Why
	}
	return nil
}
func (d *driver) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed++
}
func (d *driver) closes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

// screen notes what it is sent.
type screen struct {
	title  string
	typing bool
	got    []tea.Msg
}

func (s *screen) Init() tea.Cmd { return nil }
func (s *screen) Update(msg tea.Msg) tea.Cmd {
	s.got = append(s.got, msg)
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "q" && !s.typing {
		return deps.Send(deps.Leave{})
	}
	return nil
}
func (s *screen) View(w, h int) string {
	line := s.title + strings.Repeat(".", max(0, w-len(s.title)))
	return strings.TrimSuffix(strings.Repeat(line+"\n", h), "\n")
}
func (s *screen) Keys() keys.Map {
	return keys.Join(keys.StepMap().Off(keys.Skip, "close the plan first"), keys.Map{{ID: keys.Zoom, Keys: []string{"z"}, Label: "large", Where: keys.Everywhere, Why: "it is as large as it goes"}})
}
func (s *screen) Title() string       { return s.title }
func (s *screen) Cursor() *tea.Cursor { return nil }
func (s *screen) Typing() bool        { return s.typing }

func (s *screen) last() tea.Msg {
	if len(s.got) == 0 {
		return nil
	}
	return s.got[len(s.got)-1]
}

// world is a root model with two screens, the upper one driving a run.
type world struct {
	m        *model
	home, up *screen
	drv      *driver
	wall     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{home: &screen{title: "home"}, up: &screen{title: "run 1123-5"}, drv: &driver{id: "1123-5"}, wall: at}
	d := deps.Deps{Frame: theme.Production(), Environment: site.Environment{Name: "production", Account: "482109375510", Region: "eu-west-1"}, Clock: still{},
		List: func() ([]checklists.Summary, error) {
			return []checklists.Summary{{ID: "rollback", Title: "Roll back: decide the way back", Objective: steps.Objective{RTO: 5 * time.Minute}}, {ID: "rollback-image", Title: "By image"}}, nil
		},
		Start: func(context.Context, string, steps.Values, *steps.Origin) (deps.Driver, error) {
			return &driver{id: "1123-6"}, nil
		}}
	w.m = newModel(t.Context(), d, Start{})
	w.m.t = theme.New(theme.Options{Frame: d.Frame, Profile: colorprofile.ASCII})
	w.m.wall = func() time.Time { return w.wall }
	w.m.run = func(_ deps.Deps, _ *theme.Theme, drv deps.Driver) Screen { return &screen{title: "run " + drv.ID()} }
	w.m.page = func(msg deps.ShowProcedure) Screen { return &screen{title: "page " + msg.ID} }
	w.m.stack = []layer{{screen: w.home}, {screen: w.up, driver: w.drv}}
	w.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	return w
}

// send updates and carries out what comes of it, as the runtime would; ticks are left out.
func (w *world) send(msg tea.Msg) (quit bool) {
	_, cmd := w.m.Update(msg)
	return w.do(cmd)
}

func (w *world) do(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case nil:
		return false
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		quit := false
		for _, c := range msg {
			quit = w.do(c) || quit
		}
		return quit
	case tea.SuspendMsg:
		return false
	default:
		return w.send(msg)
	}
}

func press(s string) tea.KeyPressMsg {
	switch s {
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "f1":
		return tea.KeyPressMsg{Code: tea.KeyF1}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	}
	if c, ok := strings.CutPrefix(s, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(s)[0], Text: s}
}
