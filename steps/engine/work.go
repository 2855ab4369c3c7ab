package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// work is I/O beside the loop. It holds values, never the run: that is the loop's.
type work struct {
	doing string
	sends bool // a mutation is on its way: it is never broken off
	do    func(context.Context) outcome
}

// outcome is one event's body. Only after it has been written is next begun.
type outcome struct {
	body any
	next *work
	err  error
}

// job is work under way.
type job struct {
	step   steps.Path
	began  time.Time
	sends  bool
	ctx    context.Context
	cancel context.CancelFunc
	done   chan outcome
}

// result is where the outcome comes; of no job, nowhere.
func (j *job) result() <-chan outcome {
	if j == nil {
		return nil
	}
	return j.done
}

// launch starts w beside the loop.
func (e *Engine) launch(ctx context.Context, at steps.Path, w *work) {
	j := &job{step: at, began: e.cfg.Clock.Now().UTC(), sends: w.sends, done: make(chan outcome, 1)}
	j.ctx, j.cancel = context.WithCancel(ctx)
	e.busy = j
	v := visit{at, e.run.Steps[at].Visit}
	e.mu.Lock()
	if e.shownAt != v || e.progress.Step != at {
		e.shownAt, e.progress = v, Progress{Step: at}
	}
	e.progress.Held, e.progress.Next, e.progress.Error = false, time.Time{}, nil
	e.progress.Doing, e.progress.Since = w.doing, j.began
	e.publish()
	e.mu.Unlock()
	go func() {
		defer func() {
			if r := recover(); r != nil {
				j.done <- outcome{err: panicked(r)}
			}
		}()
		j.done <- w.do(j.ctx)
	}()
}

// abandon breaks off what is under way and forgets it. Calls that change something are never abandoned.
func (e *Engine) abandon() {
	if e.busy == nil || e.busy.sends {
		return
	}
	e.mu.Lock()
	e.busy.cancel() // under the lock: after it the job cannot tell anything more
	e.mu.Unlock()
	e.busy = nil
}

// panicked makes an error of a recovered panic. The trace is in its cause.
func panicked(r any) error {
	return &steps.Error{Code: steps.CodePanic, What: fmt.Sprintf("The program itself failed: %v.", r), Meaning: "this step has shown nothing.",
		Next: "Look again, or work by hand.", Cause: fmt.Errorf("%v\n%s", r, debug.Stack())}
}

// publish tells those who watch; e.mu is held.
func (e *Engine) publish() {
	close(e.moved)
	e.moved = make(chan struct{})
}

// tell changes the progress, unless the job that ctx belongs to has been broken off.
func (e *Engine) tell(ctx context.Context, change func(*Progress)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ctx.Err() == nil {
		change(&e.progress)
		e.publish()
	}
}

// doing says what a job turns to.
func (e *Engine) doing(ctx context.Context, what string) {
	now := e.cfg.Clock.Now().UTC()
	e.tell(ctx, func(p *Progress) { p.Doing, p.Since, p.Next = what, now, time.Time{} })
}

// seen says what a look saw.
func (e *Engine) seen(ctx context.Context, o steps.Observed) {
	now := e.cfg.Clock.Now().UTC()
	clean, err := e.clean(o, replace)
	if err != nil {
		return
	}
	e.tell(ctx, func(p *Progress) { p.Look, p.Seen, p.SeenAt, p.Error = p.Look+1, clean.(steps.Observed), now, nil })
}

// unread says why a look saw nothing.
func (e *Engine) unread(ctx context.Context, err error) {
	shown := e.shown(err)
	e.tell(ctx, func(p *Progress) { p.Look, p.Error = p.Look+1, shown })
}

// shown is err as it may be shown.
func (e *Engine) shown(err error) *steps.Error {
	out := steps.Error{Code: steps.CodeOf(err), What: err.Error(), Cause: err}
	if own, ok := err.(*steps.Error); ok {
		out = *own
	}
	if m := e.cfg.Masker; m != nil {
		out.What, out.Meaning, out.Next = m.Mask(out.What), m.Mask(out.Meaning), m.Mask(out.Next)
	}
	return &out
}

// idle says that nothing is under way: it is a person's turn at a step, or the step waits for Go. Step and Held say which.
func (e *Engine) idle(turn Progress) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now, next := e.progress, turn
	if now.Step == turn.Step {
		next = now
		next.Doing, next.Held, next.Next = "", turn.Held, time.Time{}
		if now.Doing == "" && now.Held == turn.Held && now.Next.IsZero() {
			return
		}
	}
	next.Since = e.cfg.Clock.Now().UTC()
	e.progress = next
	e.publish()
}

// nap sleeps on the cloud's clock until d has passed, LookNow comes, or ctx ends: then with its error.
func (e *Engine) nap(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	asleep, wake := context.WithCancel(ctx)
	defer wake()
	now := e.cfg.Clock.Now().UTC()
	e.tell(ctx, func(p *Progress) {
		p.Doing, p.Since, p.Next = "sleeping", now, now.Add(d)
		e.wake = wake
	})
	err := e.cfg.Clock.Sleep(asleep, d)
	if err != nil && asleep.Err() == nil { // the clock itself fails: do not spin
		t := time.NewTimer(time.Second)
		defer t.Stop()
		select {
		case <-t.C:
		case <-asleep.Done():
		}
	}
	return ctx.Err()
}

// lookNow ends the present sleep.
func (e *Engine) lookNow() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wake != nil {
		e.wake()
	}
}
