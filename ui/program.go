package ui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/home"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// Start says how the program begins. The zero Start begins at home.
type Start struct {
	Procedure  string              // begin on this procedure's first page
	Params     steps.Values        // for it
	Driver     deps.Driver         // begin on this run's screen, with no home below it
	Background string              // dark, light, none; "" asks the terminal
	Options    []tea.ProgramOption // for tests: input, output, size, profile
}

// Run runs the full-screen program to its end. What it returns is to be printed on the main screen afterwards: how to go on with
// each run that was left. The error is nil when the operator left, and says interrupted when a signal or the end of ctx ended it;
// the terminal is as it was in every case.
func Run(ctx context.Context, d deps.Deps, start Start) (leave string, err error) {
	m := newModel(ctx, d, start)
	options := append([]tea.ProgramOption{tea.WithoutSignalHandler()}, start.Options...)
	p := tea.NewProgram(m, options...)
	done := make(chan struct{})
	defer close(done)
	go listen(ctx, p, d.Faults, done)
	_, err = p.Run()
	texts := make([]string, len(m.leave))
	for i, f := range m.leave {
		texts[i] = f.text
	}
	return strings.Join(texts, "\n"), outcome(err, m.cause, m.fault)
}

// outcome is the error of a program that has ended.
func outcome(err error, cause steps.Code, fault error) error {
	switch {
	case fault != nil:
		e := broken(fault)
		e.Next += " Report the fault with this trace:\n" + fault.Error()
		return e
	case errors.Is(err, tea.ErrProgramPanic):
		return broken(err)
	case cause != "" || errors.Is(err, tea.ErrInterrupted):
		return &steps.Error{Code: steps.CodeInterrupted, What: "A signal ended the program.", Meaning: "what was sent goes on.", Next: "runbook resume goes on with the run."}
	case err != nil:
		return &steps.Error{Code: steps.CodeInput, What: "The terminal cannot be used: " + err.Error() + ".", Meaning: "nothing has changed.", Next: "Use --plain.", Cause: err}
	default:
		return nil
	}
}

func broken(cause error) *steps.Error {
	return &steps.Error{Code: steps.CodePanic, What: "The screen ended by a fault of the program itself.", Meaning: "what was sent goes on; the record is whole up to its last event.",
		Next: "runbook runs shows what to go on with; --plain works without the screen.", Cause: cause}
}

// listen turns signals, faults beside the screen and the end of ctx into a message, so that runs are paused before the program ends. A hang-up would
// otherwise end the process with the terminal left as it is.
func listen(ctx context.Context, p *tea.Program, faults <-chan error, done <-chan struct{}) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	ended := ctx.Done()
	for {
		select {
		case <-done:
			return
		case <-ended:
			ended = nil
		case <-signals:
		case fault := <-faults:
			p.Send(stopped{steps.CodePanic, fault})
			continue
		}
		p.Send(stopped{steps.CodeInterrupted, nil})
	}
}

// newModel makes the root model.
func newModel(ctx context.Context, d deps.Deps, start Start) *model {
	t := theme.New(options(d, start.Background))
	m := &model{ctx: ctx, d: d, t: t, wall: time.Now, run: openRun, mouse: true}
	m.page = func(msg deps.ShowProcedure) Screen { return home.NewPage(d, t, msg) }
	if start.Driver != nil {
		m.stack = []layer{{screen: m.run(d, t, start.Driver), driver: start.Driver}}
		return m
	}
	m.stack = []layer{{screen: home.New(d, t)}}
	if start.Procedure != "" {
		m.stack = append(m.stack, layer{screen: m.page(deps.ShowProcedure{ID: start.Procedure, Params: start.Params})})
	}
	return m
}

// options are the theme's, before the terminal has said anything.
func options(d deps.Deps, background string) theme.Options {
	o := theme.Options{Frame: d.Frame, Charset: theme.Detect(os.Getenv), Profile: colorprofile.TrueColor, Fixed: background != "", Bare: background == "none"}
	if d.ASCII {
		o.Charset = theme.ASCII
	}
	isDark := background == "dark"
	if isDark || background == "light" {
		o.Dark = &isDark
	}
	return o
}
