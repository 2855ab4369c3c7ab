// Package plain is line mode: the same runs as on the screen, one thought a line, for screen readers, dumb terminals and
// scripts. It draws nothing and moves no cursor. The commands import it.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/answers"
)

// Driver is what a session needs of a run.
type Driver interface {
	ID() string
	Procedure() *steps.Procedure
	After(seq uint64) ([]steps.Event, <-chan struct{})
	Watch() (engine.Progress, <-chan struct{})
	Do(ctx context.Context, c engine.Command) error
	Done() <-chan struct{} // closed when the run is no longer driven
	Err() error            // why, once Done is closed; nil after a recorded stop
}

// Session takes one run through line mode.
type Session struct {
	Driver   Driver
	Out      io.Writer
	Input    *Input          // nil: nobody can be asked, so every question is a gate
	Answers  *answers.Client // not nil: nobody is asked; it answers or the run stops
	Operator string
	Clock    steps.Clock
	Place    string // the environment's word, for the prompt that sends: practice, PRODUCTION
	Opening  string // the first line: environment, account, region
	From     uint64 // events up to this one were told in an earlier process

	State  func() []string                                  // what :state tells
	Log    func(filter string) []string                     // what :log tells
	ByHand func(step *steps.Step, vars steps.Values) string // what :copy tells
	Copy   func(name, text string) (string, error)          // keeps it in a file; may be nil
	Permit func(step *steps.Step) error                     // why a do may not be carried out at all; may be nil
	Speed  func() (now, factor float64, ok bool)            // may be nil
	Factor func(ctx context.Context, factor float64) error  // may be nil
	Prose  func(step *steps.Step) []string                  // what :show tells; may be nil

	run      *steps.Run
	held     string // the line that opens a step; what follows may stand on it
	told     string // the last line of progress
	toldAt   time.Duration
	answered uint64 // the question that was answered last
}

// Run tells events and asks questions until the run is no longer driven. It gives the fold of the run at that moment; the error
// is the driver's, nil after a recorded stop.
func (s *Session) Run(ctx context.Context) (*steps.Run, error) {
	s.run = steps.NewRun(s.Driver.ID(), s.Driver.Procedure())
	if s.Opening != "" {
		s.line("%s", s.Opening)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	interrupted := ctx.Done()
	for {
		events, changed := s.Driver.After(s.run.Seq)
		for _, e := range events {
			if err := s.run.Apply(e); err != nil {
				return s.run, err
			}
			s.tell(e)
		}
		if s.stopped() {
			<-s.Driver.Done()
			s.close()
			return s.run, s.Driver.Err()
		}
		if len(events) > 0 && interrupted != nil {
			if acted, err := s.act(ctx); err != nil {
				return s.run, err
			} else if acted {
				continue
			}
		}
		progress, moved := s.Driver.Watch()
		s.progress(progress)
		select {
		case <-changed:
		case <-moved:
		case <-tick.C:
		case <-s.Driver.Done():
			if rest, _ := s.Driver.After(s.run.Seq); len(rest) == 0 {
				s.flush()
				return s.run, s.Driver.Err()
			}
		case <-interrupted:
			interrupted = nil
			s.line("Stopping: the work under way ends and is recorded; nothing new starts.")
			if err := s.pause(steps.CodeInterrupted, "a signal"); err != nil {
				return s.run, err
			}
		}
	}
}

// stopped reports whether the last event ended this driving of the run.
func (s *Session) stopped() bool {
	switch s.run.State {
	case steps.RunHalted, steps.RunFailedState, steps.RunUnsure, steps.RunDone, steps.RunDropped:
		return true
	}
	return false
}

// act asks what is open just now. It reports whether it did anything, after which there may be new events.
func (s *Session) act(ctx context.Context) (bool, error) {
	step := s.run.Current()
	if step == nil {
		return false, nil
	}
	st := s.run.Steps[step.ID]
	switch {
	case st.Phase == steps.PhaseAsked && st.Question != s.answered:
		return true, s.question(ctx, step, st)
	case s.run.Holds(step):
		return true, s.failed(ctx, step, st)
	case st.Phase == steps.PhaseUnsure:
		return true, s.unsure(ctx, step, st)
	}
	return false, nil
}

// question answers the open question from the file, or asks.
func (s *Session) question(ctx context.Context, step *steps.Step, st *steps.StepState) error {
	s.answered = st.Question
	if s.Answers == nil {
		return s.ask(ctx, step, st)
	}
	reply := s.Answers.Reply(step, st)
	if reply.Gate != "" {
		return s.pause(steps.CodeGate, reply.Gate)
	}
	s.told = ""
	err := s.Driver.Do(ctx, engine.Answer{Answered: reply.Answer})
	switch steps.CodeOf(err) {
	case "", steps.CodeLate:
		return nil
	case steps.CodeInput, steps.CodePlace, steps.CodeGate:
		return s.pause(steps.CodeGate, fmt.Sprintf("The answer for %s does not count: %s", step.ID, what(err)))
	}
	return s.soft(err)
}

// what is an error's first sentence.
func what(err error) string {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return e.What
	}
	return err.Error()
}

// pause stops the run where it may be resumed.
func (s *Session) pause(why steps.Code, text string) error {
	return s.soft(s.Driver.Do(context.WithoutCancel(context.Background()), engine.Pause{Why: why, Text: text, By: s.Operator}))
}

// soft drops the errors that the next event explains.
func (s *Session) soft(err error) error {
	if err == nil || steps.CodeOf(err) == steps.CodeLate || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// failed deals with a step that holds the run.
func (s *Session) failed(ctx context.Context, step *steps.Step, st *steps.StepState) error {
	if s.Answers != nil || s.Input == nil {
		if step.Kind == "do" && s.Permit != nil {
			if err := s.Permit(step); err != nil { // not a failure: somebody else, or another place, may do it
				return s.pause(steps.CodePlace, what(err))
			}
		}
		return s.soft(s.Driver.Do(ctx, engine.Stop{}))
	}
	menu := []choice{{"run it again", func(string) engine.Command { return engine.Retry{Step: step.ID, By: s.Operator} }, ""}}
	if step.Kind == "check" || step.Kind == "wait" || step.Kind == "command" {
		menu = append(menu, choice{"record an approval", func(why string) engine.Command {
			return engine.Approve{Step: step.ID, Why: why, By: s.Operator}
		}, "Type who approved, and a link"})
	}
	menu = append(menu,
		choice{"skip with a reason", func(why string) engine.Command { return engine.Skip{Step: step.ID, Why: why, By: s.Operator} }, "Type the reason, it is kept for the audit"},
		choice{"leave, the run is kept", func(string) engine.Command { return s.leave(step) }, ""})
	return s.menu(ctx, step, st, menu)
}

// unsure deals with an outcome that only a person can tell.
func (s *Session) unsure(ctx context.Context, step *steps.Step, st *steps.StepState) error {
	if s.Answers != nil || s.Input == nil {
		return s.soft(s.Driver.Do(ctx, engine.Stop{}))
	}
	say := func(is steps.Is) func(string) engine.Command {
		return func(why string) engine.Command { return engine.Say{Step: step.ID, Is: is, Why: why, By: s.Operator} }
	}
	return s.menu(ctx, step, st, []choice{
		{"look again", func(string) engine.Command { return engine.LookNow{} }, ""},
		{"it has happened, I have seen it", say(steps.Landed), "Type what you saw and where"},
		{"nothing has changed, I have looked", say(steps.Absent), "Type what you saw and where"},
		{"leave, the run is kept", func(string) engine.Command { return s.leave(step) }, ""},
	})
}

// leave is the command that ends the driving at a person's wish.
func (s *Session) leave(step *steps.Step) engine.Command {
	return engine.Pause{Why: steps.CodeGate, Text: "a person's word is missing at " + step.Title, By: s.Operator}
}
