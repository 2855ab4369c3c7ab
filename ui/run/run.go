// Package run is the screen of one run: its steps, the step at hand, the state of the environment and the log, side by side or one
// below the other. It folds the events that its driver gives it with the same code as the engine, draws what the fold says, and
// hands answers and commands to the driver; it writes nothing itself. It imports ui/deps and what that imports, ui/keys, ui/theme,
// ui/widget and its own panels; the root model and the wiring import it.
package run

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/confirm"
	"github.com/JustAJobApp/runbook/ui/run/logview"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Panels, numbered as their keys are.
type focus int

const (
	onSteps focus = 1 + iota
	onStep
	onState
	onLog
)

// Screen is the run screen. It is used by the event loop alone; commands get values.
type Screen struct {
	d      deps.Deps
	t      *theme.Theme
	drv    deps.Driver
	ctx    context.Context
	cancel context.CancelFunc
	wall   func() time.Time
	timer  func(time.Duration, func(time.Time) tea.Msg) tea.Cmd

	run      *steps.Run
	progress engine.Progress
	snap     *status.Snapshot
	first    *status.Snapshot // the first one since the run began: what has changed since
	usual    map[steps.Path]panel.Usual
	log      *logview.Model
	now      time.Time // the cloud's clock at the last tick
	speed    float64
	factor   float64

	at      focus
	zoom    bool
	looking steps.Path // another step that is looked at; "" is the present one
	last    steps.Path // settled last while this screen watched
	list    int        // cursor of the step panel's list
	listFor string     // what the list was
	row     int        // cursor of the steps panel
	scroll  int        // of the step panel
	page    int        // rows of the step panel's body at the last View
	below   int        // of the state panel in full
	more    bool
	auto    bool
	adjust  adjust

	guard   keys.Guard
	label   string // what the action line said when the guard was armed
	overlay *confirm.Model
	line    *line
	drafts  map[string]string
	tick    *tickField
	form    *form
	handed  uint64 // the question whose answer is on its way
	card    bool
	leaving bool
	resumed bool // the run goes on in another screen
	message string

	version uint64 // changes with everything that a panel may show, but for time, state and log
	cache   cache
	words   written
	box     layout // of the last View, for the mouse and the cursor
	cur     *tea.Cursor
}

// New is the screen of a run. Nothing is read before Init.
func New(d deps.Deps, t *theme.Theme, drv deps.Driver) *Screen {
	p := drv.Procedure()
	s := &Screen{d: d, t: t, drv: drv, wall: time.Now, timer: tea.Tick, run: steps.NewRun(drv.ID(), p), at: onStep, list: -1,
		auto: p.Objective.RTO > 0, usual: map[steps.Path]panel.Usual{}, drafts: map[string]string{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.guard.Now = func() time.Time { return s.wall() }
	s.log = logview.New(s.sources()...)
	if d.Mask != nil {
		s.log.Mask = d.Mask.Mask
	}
	return s
}

// sources are the logs of the environment's services.
func (s *Screen) sources() []logview.Source {
	var out []logview.Source
	if s.d.Logs == nil {
		return nil
	}
	for _, svc := range s.d.Environment.Services {
		if store, _ := s.d.Logs(svc.Name); store != nil {
			out = append(out, logview.Source{Service: svc.Name, Role: svc.Role, Store: store})
		}
	}
	return out
}

// Init begins to listen. In a run without an objective a pass waits for a person, so the engine is held before anything else.
func (s *Screen) Init() tea.Cmd {
	cmds := []tea.Cmd{s.events(0), s.watch(nil), s.logged(nil), s.lookBack()}
	if !s.auto {
		cmds = append(cmds, s.silently(engine.Hold{On: true}))
	}
	return tea.Batch(cmds...)
}

// Title is the screen's, for the window.
func (s *Screen) Title() string {
	title := "run " + s.run.ID
	cur := s.run.Current()
	if cur == nil {
		return title
	}
	if s.run.Steps[cur.ID].Open() {
		return "? outcome unknown · " + title
	}
	return title + " · " + panel.Name(s.run, cur)
}

// Typing reports whether a text field has the keys.
func (s *Screen) Typing() bool {
	switch {
	case s.overlay != nil, s.line != nil, s.log.Typing():
		return true
	case s.card || s.at != onStep || s.looking != "":
		return false
	}
	return s.tick != nil && s.tick.on || s.form != nil && s.form.on
}

// Cursor is where the real cursor stands in the last View; nil while keys do not count yet.
func (s *Screen) Cursor() *tea.Cursor { return s.cur }

// current is the present step; of a run that is over, its last one.
func (s *Screen) current() *steps.Step {
	if cur := s.run.Current(); cur != nil {
		return cur
	}
	all := s.run.Procedure.Steps
	if len(all) == 0 {
		return &steps.Step{}
	}
	return &all[len(all)-1]
}

// shown is the step that the panel shows.
func (s *Screen) shown() *steps.Step {
	if s.looking != "" {
		if st := s.run.Procedure.Step(s.looking); st != nil {
			return st
		}
	}
	return s.current()
}

// touch voids what was drawn of the run.
func (s *Screen) touch() { s.version++ }

// say puts a sentence into the bottom border until the next key.
func (s *Screen) say(text string) {
	s.message = text
	s.touch()
}

// wallNow is this machine's clock.
func (s *Screen) wallNow() time.Time { return s.wall() }
