package steps

import (
	"context"
	"iter"
	"time"
)

// Journal keeps events for ever. Its implementations pass one conformance suite.
type Journal interface {
	// Append makes a batch durable, all or none, before it returns. Sequence numbers must go on from the run's last; where
	// another writer was first it fails with CodeHeld and writes nothing. After any other error the journal must be opened anew.
	Append(ctx context.Context, run string, batch ...Event) error
	// Read yields a run's events in order, whole batches only.
	Read(ctx context.Context, run string) iter.Seq2[Event, error]
	// Runs lists all runs, newest first, from a row per run: no events are folded.
	Runs(ctx context.Context) ([]RunSummary, error)
	// Intents lists the open intents on target in environment, of any run; an empty target means all.
	Intents(ctx context.Context, environment, target string) ([]OpenIntent, error)
	// Keep pins a procedure's text under its digest; Document gives it back.
	Keep(ctx context.Context, digest string, text []byte) error
	Document(ctx context.Context, digest string) ([]byte, error)
	// Obligations lists what is open in environment. Releases lists what was seen to land there, newest first.
	Obligations(ctx context.Context, environment string) ([]OpenObligation, error)
	Releases(ctx context.Context, environment string) ([]Release, error)
	// Hold makes this process the run's only driver until release is called or the process ends, kill -9 included. It fails
	// with CodeHeld, naming the holder, where another process is.
	Hold(ctx context.Context, run, operator string) (release func(), err error)
}

// RunSummary is what lists show of a run.
type RunSummary struct {
	ID, Procedure, Title, Environment, Account, Region, Operator, Host, Program string

	State                      RunState
	Params                     Values
	Started, Updated, Finished time.Time // by the cloud's clock; Finished is zero while it may be resumed
	Step                       Path      // the one that came last
	StepTitle                  string
	Number, Total              int
	Worst                      State
	Held                       bool   // a process drives it now
	Holder                     string // who
	Head                       string // hash of the last record
	Events                     uint64
}

// OpenIntent is an intent whose outcome is not known.
type OpenIntent struct {
	Run, Environment string
	Step             Path
	At               time.Time
	Intent           Intent
}

// OpenObligation is an obligation that nobody has discharged.
type OpenObligation struct {
	Obliged
	Run string
	At  time.Time
}

// Release is a mutation that was seen to have landed.
type Release struct {
	Run      string
	At       time.Time
	Verified Verified
}

// Clock is the cloud's time, by which the engine waits and stamps. In practice it is the simulated cloud's, and Sleep is where
// waiting is accelerated. Time-outs of single requests stay on the wall clock.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Masker keeps secrets out of what is written and shown.
type Masker interface {
	// Mask replaces every secret in a text for people.
	Mask(string) string
	// Holds reports whether a machine field contains a secret.
	Holds(string) bool
}

// Kind is one kind of step: given all that the journal says of a visit, what comes next. It is a pure function; the engine
// carries the action out, journals what came of it and asks again. Starting, going on and resuming are therefore one path.
type Kind func(s Step, st StepState) Action

// Action is what a Kind may ask of the engine: an event that needs no I/O (Asked, Settled), or one of the following.
type Action any

// The actions that need I/O, or a person:
type (
	// Await waits for a person.
	Await struct{}
	// Look runs the step's probe once.
	Look struct{}
	// Watch looks again and again until the step's Until holds, the probe fails it, or its deadline.
	Watch struct{}
	// Execute runs the step's argv.
	Execute struct{}
	// Prepare observes and plans.
	Prepare struct{}
	// Send observes again, compares, intends, and applies once.
	Send struct{}
	// Resolve finds out what became of an intent.
	Resolve struct{}
	// Verify sees the effect.
	Verify struct{}
	// Pause waits before looking again.
	Pause struct{ For time.Duration }
)
