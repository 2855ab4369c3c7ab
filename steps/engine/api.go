// Package engine takes a run from its journal to its end. One goroutine, Run's, is the only writer: commands go in, events come
// out, and nothing is told before it is durable. It imports steps alone; who answers questions is not its business.
package engine

import (
	"context"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Config is what an engine works with.
type Config struct {
	Journal    steps.Journal
	Kinds      map[string]steps.Kind
	Probes     map[string]steps.Probe
	Operations map[string]steps.Operation
	// Execute runs a local, read-only program by argv. Its error means that it could not be run; an exit code is a verdict.
	Execute   func(ctx context.Context, argv []string, dir string, env map[string]string) (steps.Observed, error)
	Clock     steps.Clock
	Wall      func() time.Time // nil: time.Now
	Masker    steps.Masker     // nil: nothing is masked (tests)
	CallLimit time.Duration    // bound of one mutating call, by the wall clock

	Environment, Account, Region string
	Operator, Host, Program      string

	// Accept says whether an answer may count, beyond being well-formed: where the site forbids answers files to send. nil: always.
	Accept func(q steps.Asked, a steps.Answered) error
	// Permit says whether an operation may be carried out at all: outside practice nothing may. It is asked before the plan is
	// made and again before the intent. nil refuses everything.
	Permit func(ctx context.Context, d steps.Declaration) error
}

// Start is what a new run begins with.
type Start struct {
	ID      string
	Params  steps.Values
	FaultAt time.Time
	From    *steps.Origin
}

// Command is what a client may ask of a run: one of the types below. A client answers questions and never writes events.
type Command any

// The commands. By is who asks.
type (
	// Answer closes an open question. The first one wins; a later one gets steps.CodeLate, an unfit one steps.CodeInput and the
	// question stays open.
	Answer struct{ steps.Answered }
	// Back begins new visits of a step and of all after it that read, through with, when, needs or save, what it saves. It is
	// refused over a do that has landed, and while an outcome is unknown.
	Back struct {
		To      steps.Path
		Why, By string
	}
	// Retry begins a new visit of one failed or unknown step.
	Retry struct {
		Step    steps.Path
		Why, By string
	}
	// Skip settles the current step as skipped. It is refused without a reason, once a plan is confirmed, and where a later step
	// reads what it saves.
	Skip struct {
		Step    steps.Path
		Why, By string
	}
	// Approve settles a failed or unknown check as approved.
	Approve struct {
		Step    steps.Path
		Why, By string
	}
	// Note adds a note, at a step or at the run.
	Note struct {
		Step     steps.Path
		Text, By string
	}
	// Pin keeps a log line as evidence of a step.
	Pin struct {
		Step steps.Path
		Line steps.Pinned
	}
	// Say resolves by hand an outcome that only a person can tell: landed or absent. It is refused before the settle time has
	// passed and the looks have ended unsure.
	Say struct {
		Step    steps.Path
		Is      steps.Is
		Why, By string
	}
	// Abort ends the run for good. It is refused while an outcome is unknown.
	Abort struct{ Why, By string }
	// Hold keeps the loop from starting a step that has no event in its present visit; it is not journaled.
	Hold struct{ On bool }
	// Go lets one step start while held.
	Go struct{}
	// LookNow cuts short the sleep before the next look of a wait or of an unknown outcome.
	LookNow struct{}
	// Pause stops the run where it may be resumed; Run returns.
	Pause struct {
		Why      steps.Code
		Text, By string
	}
	// Stop ends a headless run that met a failed step or an outcome only a person can tell: run-failed or run-unknown is
	// recorded and Run returns.
	Stop struct{}
)

// Progress is what the run is doing just now; only the latest is kept and nothing of it is journaled.
type Progress struct {
	Step   steps.Path
	Doing  string         // looking, planning, sending, resolving, verifying, executing, sleeping; "" when it is a person's turn
	Held   bool           // the next step waits for Go
	Since  time.Time      // cloud clock: when Doing began
	Look   int            // number of the last look
	Seen   steps.Observed // what the last look saw; for an unknown outcome its Summary is the finding's
	SeenAt time.Time
	Next   time.Time    // when the next look is due; zero: now or never
	Error  *steps.Error // why the last look failed, nil when it did not
}
