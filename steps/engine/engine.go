package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Engine drives one run.
type Engine struct {
	cfg      Config
	proc     *steps.Procedure
	commands chan request
	closing  chan struct{} // closed by Close
	stopped  chan struct{} // closed when nothing more will happen

	// Of Run's goroutine, and of Open before it.
	run     *steps.Run
	release func() // gives the run up to other processes
	busy    *job
	ending  *ending
	hold    bool
	granted map[steps.Path]int // step → the visit that may start although the run is held
	rounds  map[visit]int      // how often evidence was made anew before the step came to its plan
	shownAt visit              // whose progress is shown
	dead    error              // what the journal said; nothing is done after it

	mu       sync.Mutex
	events   []steps.Event
	more     chan struct{} // closed and replaced at each commit
	progress Progress
	moved    chan struct{}      // closed and replaced at each change of progress
	wake     context.CancelFunc // ends the present sleep
	started  bool
	closed   bool
}

type visit struct {
	step   steps.Path
	number int
}

type request struct {
	cmd   Command
	reply chan error
}

// ending is a stop that waits until the call under way has ended.
type ending struct {
	body  any
	reply chan error // nil: nobody asked
	err   error      // what Run returns
}

// After gives the events after seq, and a channel that is closed when there are more. No reader can slow the engine or miss one.
func (e *Engine) After(seq uint64) ([]steps.Event, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.events[min(seq, uint64(len(e.events))):len(e.events):len(e.events)], e.more
}

// Watch gives what the run is doing just now, and a channel that is closed when that changes.
func (e *Engine) Watch() (Progress, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.progress, e.moved
}

// Do hands a command to the run and says what became of it: nil when it won, steps.CodeInput when it does not fit,
// steps.CodeLate when the question is closed or nobody drives the run any more. It waits until Run is there to take it.
func (e *Engine) Do(ctx context.Context, c Command) error {
	r := request{c, make(chan error, 1)}
	select {
	case e.commands <- r:
	case <-e.stopped:
		return errNotDriven
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.reply:
		return err
	case <-e.stopped:
	}
	select {
	case err := <-r.reply:
		return err
	default:
		return errNotDriven
	}
}

var errNotDriven = &steps.Error{Code: steps.CodeLate, What: "The run is not being driven any more.", Meaning: "nothing of this was done.", Next: "Resume the run."}

// Close pauses the run, waits for a call that is under way, and gives the run up. It may be called at any time and again.
func (e *Engine) Close() {
	e.mu.Lock()
	first, started := !e.closed, e.started
	e.closed = true
	e.mu.Unlock()
	if first {
		close(e.closing)
		if !started {
			e.release()
			close(e.stopped)
		}
	}
	<-e.stopped
}

// Run goes on until the run has ended or was paused or stopped by a command (nil), ctx ends or Close is called (CodeInterrupted;
// the run is paused), or the journal fails. A call that is under way is awaited and recorded; a look is broken off, and leaves
// nothing. Run is called once.
func (e *Engine) Run(ctx context.Context) (err error) {
	e.mu.Lock()
	if e.started || e.closed {
		e.mu.Unlock()
		return errNotDriven
	}
	e.started = true
	e.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = &steps.Error{Code: steps.CodePanic, What: fmt.Sprintf("The program failed: %v.", r), Meaning: "what was recorded stands.",
				Next: "Resume the run; report the trace.", Cause: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
		e.abandon()
		e.release()
		close(e.stopped)
	}()
	if e.run.Over() {
		return nil
	}
	return e.loop(ctx)
}

func (e *Engine) loop(ctx context.Context) error {
	ended, closing := ctx.Done(), e.closing
	for {
		if e.busy == nil {
			if e.run.Over() {
				return nil
			}
			if e.ending != nil {
				return e.end(ctx)
			}
			if err := e.push(ctx, e.begin()); err != nil {
				return err
			}
		}
		if e.run.Over() {
			return nil
		}
		select {
		case o := <-e.busy.result():
			j := e.busy
			e.busy = nil
			if err := e.record(ctx, j, o); err != nil {
				return err
			}
		case r := <-e.commands:
			if err := e.take(ctx, r); err != nil {
				return err
			}
		case <-ended:
			ended = nil
			e.interrupt(ctx.Err())
		case <-closing:
			closing = nil
			e.interrupt(nil)
		}
	}
}

// take carries a command out and replies, unless the reply has to wait for the run's end. Its error is the journal's.
func (e *Engine) take(ctx context.Context, r request) error {
	before := e.ending
	err := e.handle(ctx, r.cmd)
	if e.ending != before {
		e.ending.reply = r.reply
		return nil
	}
	r.reply <- err
	if e.dead != nil && e.busy != nil && e.busy.sends { // what is on its way is not cut off, though it cannot be recorded
		at := e.busy.step
		if body, ok := (<-e.busy.done).body.(steps.Resulted); ok {
			return unrecorded(e.run.Steps[at].Plan.Target, body, e.dead)
		}
	}
	return e.dead
}

// interrupt has the run pause: nothing new starts.
func (e *Engine) interrupt(cause error) {
	if e.ending != nil {
		return
	}
	e.ending = &ending{
		body: steps.RunPaused{Why: steps.CodeInterrupted},
		err:  &steps.Error{Code: steps.CodeInterrupted, What: "The run was interrupted.", Meaning: "what was sent goes on; nothing more is sent.", Next: "Resume the run.", Cause: cause},
	}
	e.abandon()
}

// end records why the run stops here.
func (e *Engine) end(ctx context.Context) error {
	b := e.begin()
	err := b.add("", e.ending.body)
	if err == nil {
		err = e.commit(ctx, b)
	}
	if e.ending.reply != nil {
		e.ending.reply <- err
	}
	if err != nil {
		return err
	}
	e.idle(Progress{Step: e.progress.Step})
	return e.ending.err
}

// push adds to b all that needs no I/O, writes it, and starts the work that comes next. While work is under way or the run is
// about to stop it only writes.
func (e *Engine) push(ctx context.Context, b *batch) error {
	var at steps.Path
	var w *work
	settling := e.busy == nil && e.ending == nil && ctx.Err() == nil
	held := false
	if settling {
		at, w, held = e.settle(b)
	}
	if err := e.commit(ctx, b); err != nil {
		return err
	}
	switch {
	case w != nil:
		e.launch(ctx, at, w)
	case settling:
		e.idle(Progress{Step: at, Held: held})
	}
	return nil
}

// record writes what came of a piece of work.
func (e *Engine) record(ctx context.Context, j *job, o outcome) error {
	in, intent := o.body.(steps.Intent)
	if (o.err != nil || intent) && j.ctx.Err() != nil {
		return nil // a look that was broken off is no finding, and nothing new starts
	}
	b := e.begin()
	s, st := e.proc.Step(j.step), b.run.Steps[j.step]
	if st.Phase == "" {
		b.enter(s, j.began)
	}
	if intent && o.err == nil {
		if o.err = e.clear(ctx, in); o.err == nil {
			return e.intend(ctx, b, j.step, in, o.next)
		}
	}
	if o.err != nil {
		b.fail(j.step, o.err)
		return e.push(ctx, b)
	}
	if err := b.add(j.step, o.body); err != nil {
		b.fail(j.step, err)
	} else {
		if _, ok := o.body.(steps.Planned); ok {
			delete(e.rounds, visit{j.step, st.Visit})
		}
		b.oblige(j.step, o.body)
	}
	err := e.push(ctx, b)
	if r, sent := o.body.(steps.Resulted); sent && err != nil {
		return unrecorded(st.Plan.Target, r, err)
	}
	return err
}

// intend writes an intent, and only then lets the call be made that it stands for.
func (e *Engine) intend(ctx context.Context, b *batch, at steps.Path, in steps.Intent, next *work) error {
	if err := b.add(at, in); err != nil {
		b.fail(at, err)
		return e.push(ctx, b)
	}
	if err := e.commit(ctx, b); err != nil {
		return err
	}
	e.launch(ctx, at, next)
	return nil
}

// clear refuses an intent while another run's on the same target has an outcome that nobody knows.
func (e *Engine) clear(ctx context.Context, in steps.Intent) error {
	open, err := e.cfg.Journal.Intents(ctx, e.cfg.Environment, in.Target)
	if err != nil {
		return &steps.Error{Code: steps.CodeJournal, What: "The record could not be read: " + err.Error(), Meaning: "nothing was sent.", Next: "Try again.", Cause: err}
	}
	for _, o := range open {
		if o.Run != e.run.ID {
			return &steps.Error{Code: steps.CodeHeld, What: fmt.Sprintf("Run %s has sent a change to %s, and its outcome is not known.", o.Run, in.Target),
				Meaning: "nothing was sent by this run.", Next: "Resume run " + o.Run + " and see how that ended, then try again."}
		}
	}
	return nil
}

// unrecorded is what is said when a call's outcome could not be written down: the resumed run finds it out by looking.
func unrecorded(target string, r steps.Resulted, err error) error {
	said := "the service took it"
	if r.Outcome != "" {
		said = string(r.Outcome) + ": " + r.Error
	}
	return &steps.Error{Code: steps.CodeOf(err), What: fmt.Sprintf("A change was sent to %s and what came of it could not be recorded (%s). %v", target, said, err),
		Meaning: "it may or may not have been changed.", Next: "Make room for the record and resume the run: it looks before anything else.", Cause: err}
}

// wall is this machine's clock.
func (e *Engine) wall() time.Time {
	if e.cfg.Wall != nil {
		return e.cfg.Wall().UTC()
	}
	return time.Now().UTC()
}
