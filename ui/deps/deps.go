// Package deps is what the screens get from the wiring, and what they say to each other: so that home, the run screen and the root
// model may know the same things without importing each other. Every package under ui may import it.
package deps

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Deps is everything that screens work with. Functions that may be nil say so; all may be called from commands, that is from any
// goroutine.
type Deps struct {
	Frame       theme.Frame
	Site        site.Site
	Environment site.Environment
	Operator    string
	Version     string // of the program
	ReadOnly    bool   // nothing may be changed from here

	List func() ([]checklists.Summary, error)
	Load func(id string) (*steps.Procedure, error)

	Journal   steps.Journal
	Status    *status.Watcher                                 // nil: there is no state to show
	Logs      func(service string) (*logs.Store, *logs.Tail)  // nil: there are no logs to show
	Clock     steps.Clock                                     // the cloud's
	Speed     func() (now, factor float64, ok bool)           // of the simulated clock; ok is false outside practice. May be nil
	SetFactor func(ctx context.Context, factor float64) error // nil outside practice
	Start     func(ctx context.Context, procedure string, params steps.Values, from *steps.Origin) (Driver, error)
	Resume    func(ctx context.Context, run string) (Driver, error)
	Copy      func(name, text string) (path string, err error) // writes what was copied to a file as well
	Mask      steps.Masker
	Faults    <-chan error // faults of the program in what reads beside the screen; each ends the screen. May be nil
	ASCII     bool         // no characters beyond ASCII, whatever the locale says
}

// Driver is a run that this process drives.
type Driver interface {
	ID() string
	Procedure() *steps.Procedure
	// After gives the events after seq, and a channel that is closed at the next one.
	After(seq uint64) ([]steps.Event, <-chan struct{})
	// Watch gives what the run is doing now, and a channel that is closed when that changes.
	Watch() (engine.Progress, <-chan struct{})
	Do(ctx context.Context, c engine.Command) error
	// Close pauses the run and waits for the work under way.
	Close()
}

// Screen is a screen of the program, or an overlay. The root model owns size, focus of the terminal, ticks and the stack; a screen
// never asks the terminal for anything.
type Screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	// View is exactly h lines of exactly w columns. It must not be slow or wait for anything: it runs after every message.
	View(w, h int) string
	Keys() keys.Map      // of the panel in focus, for help and the palette
	Title() string       // for the window's title, after the environment's word
	Cursor() *tea.Cursor // of the last View; nil hides it
	Typing() bool        // a text field has the keys: only F1, ctrl+c, ctrl+z and ctrl+l are the root's then
}

// Messages from a screen to the root model.
type (
	// ShowProcedure asks for a procedure's first page, from which a run starts. It is how a screen offers a procedure.
	ShowProcedure struct {
		ID     string
		Params steps.Values
		From   *steps.Origin
	}
	// OpenProcedure asks for a run of a procedure, with parameters. The screen that asks is replaced by the run's.
	OpenProcedure struct {
		ID     string
		Params steps.Values
		From   *steps.Origin
	}
	// OpenRun asks to go on with a run.
	OpenRun struct{ ID string }
	// Leave asks to leave the screen; where no other is below, that ends the program. The root model closes the screen's driver
	// first, which waits for the work under way, so that a screen need not. Text is printed on the main screen at the end; ""
	// of a run's screen prints how to go on with the run.
	Leave struct{ Text string }
	// ToggleZone asks for the other zone of times.
	ToggleZone struct{}
)

// Messages from the root model to every screen on the stack.
type (
	// Tick comes once a second, for ages and clocks, and four times a second while the simulated clock is faster than the wall's.
	Tick struct {
		Now           time.Time // by the cloud's clock
		Speed, Factor float64   // of the simulated clock; Factor is 0 outside practice
	}
	// Snapshot is a new look at the environment.
	Snapshot struct{ Snapshot status.Snapshot }
	// Themed says that colours, zone or charset changed: what was painted before is void.
	Themed struct{}
	// Focused says that what comes next may have been typed for something else: the terminal got its focus back, or fg returned.
	Focused struct{}
	// Act asks the screen to do what the binding with this id does: the palette sends it.
	Act struct{ ID string }
	// Refused says that the run asked for could not be opened.
	Refused struct{ Err error }
	// Returned says that the screen is on top again: another one above it was left, with a text.
	Returned struct{ Text string }
)

// Send is a command that says one message.
func Send(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }
