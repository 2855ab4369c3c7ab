package wire

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// Driver is a run that this process drives: an engine and the goroutine that runs it.
type Driver struct {
	id     string
	proc   *steps.Procedure
	engine *engine.Engine
	by     string
	once   sync.Once
	done   chan struct{}
	err    error
}

// drive starts the engine's loop. It outlives ctx: a run is ended by its commands, so that the work under way is recorded.
func drive(ctx context.Context, id, by string, p *steps.Procedure, e *engine.Engine) *Driver {
	d := &Driver{id: id, proc: p, engine: e, by: by, done: make(chan struct{})}
	go d.loop(context.WithoutCancel(ctx))
	return d
}

func (d *Driver) loop(ctx context.Context) {
	defer close(d.done)
	defer func() {
		if fault := recover(); fault != nil {
			d.err = &steps.Error{Code: steps.CodePanic, What: fmt.Sprintf("The program has a fault: %v.", fault),
				Meaning: "what was sent goes on; the record is whole up to its last event.", Next: "runbook resume " + d.id + " goes on. Report the fault with this trace:\n" + string(debug.Stack())}
		}
	}()
	d.err = d.engine.Run(ctx)
}

// ID is the run's.
func (d *Driver) ID() string { return d.id }

// Procedure is the pinned one.
func (d *Driver) Procedure() *steps.Procedure { return d.proc }

// After gives the events after seq, and a channel that is closed at the next one.
func (d *Driver) After(seq uint64) ([]steps.Event, <-chan struct{}) { return d.engine.After(seq) }

// Watch gives what the run is doing now, and a channel that is closed when that changes.
func (d *Driver) Watch() (engine.Progress, <-chan struct{}) { return d.engine.Watch() }

// Do carries out a command, or says why not.
func (d *Driver) Do(ctx context.Context, c engine.Command) error { return d.engine.Do(ctx, c) }

// Done is closed when the run is no longer driven; Err says why then, nil after a recorded stop.
func (d *Driver) Done() <-chan struct{} { return d.done }

// Err is why driving ended. Ask it once Done is closed.
func (d *Driver) Err() error {
	select {
	case <-d.done:
		return d.err
	default:
		return nil
	}
}

// Close pauses the run and waits for the work under way.
func (d *Driver) Close() {
	d.once.Do(func() {
		select {
		case <-d.done:
			return
		default:
		}
		// Late means that the run has ended by itself meanwhile; any other error ends the loop too.
		_ = d.engine.Do(context.Background(), engine.Pause{Why: steps.CodeInterrupted, Text: "left", By: d.by})
	})
	<-d.done
}
