package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// batch is events that become durable together, and the run as it will be when they are.
type batch struct {
	e      *Engine
	run    *steps.Run
	events []steps.Event
	at     time.Time
	wall   time.Time
}

// begin makes an empty batch on the run as it is.
func (e *Engine) begin() *batch {
	r := *e.run
	r.Steps = make(map[steps.Path]*steps.StepState, len(e.run.Steps))
	for p, st := range e.run.Steps {
		c := *st
		r.Steps[p] = &c
	}
	r.Notes, r.Obliged = slices.Clip(r.Notes), maps.Clone(r.Obliged)
	return &batch{e: e, run: &r, at: e.cfg.Clock.Now().UTC(), wall: e.wall()}
}

// add folds one more event in, masked. Where a machine field would carry a secret it is refused, and b is as it was.
func (b *batch) add(step steps.Path, body any) error { return b.addAt(step, body, b.at) }

func (b *batch) addAt(step steps.Path, body any, at time.Time) error {
	clean, err := b.e.clean(body, b.policy(step, body))
	if err != nil {
		return err
	}
	ev := steps.Event{Seq: b.run.Seq + 1, At: at, Wall: b.wall, Run: b.run.ID, Step: step, Type: steps.TypeOf(clean), Body: clean}
	if st := b.run.Steps[step]; st != nil {
		ev.Visit = st.Visit
	}
	if err := b.run.Apply(ev); err != nil {
		return err
	}
	b.events = append(b.events, ev)
	return nil
}

// policy says what becomes of an event in which a machine field holds a secret. Before an effect the event is refused. After
// one it must be recorded all the same.
func (b *batch) policy(step steps.Path, body any) policy {
	switch body.(type) {
	case steps.Resulted, steps.Resolved, steps.Verified, steps.Obliged,
		steps.RunResumed, steps.RunPaused, steps.RunFailed, steps.RunUnknown, steps.RunFinished, steps.RunAborted:
		return replace
	case steps.Settled:
		if st := b.run.Steps[step]; st != nil && st.Attempt > 0 {
			return replace
		}
	}
	return refuse
}

// enter begins a visit; at is when work on it began.
func (b *batch) enter(s *steps.Step, at time.Time) {
	body := steps.Entered{Title: s.Title, Kind: s.Kind, Number: b.run.Number(s.ID), Total: len(b.run.Procedure.Steps)}
	if err := b.addAt(s.ID, body, at); err != nil { // a kind's name is no secret's business: the visit begins with its next event
		return
	}
}

// fail settles a step because of err.
func (b *batch) fail(step steps.Path, err error) {
	// No field of this is a machine's: it cannot be refused.
	_ = b.add(step, steps.Settled{State: steps.Failed, Why: err.Error()})
}

// oblige adds what an effect that has landed leaves to be done.
func (b *batch) oblige(step steps.Path, body any) {
	v, ok := body.(steps.Verified)
	if !ok || v.Finding.Is != steps.Landed {
		return
	}
	for _, o := range b.run.Steps[step].Plan.Obliges {
		_ = b.add(step, steps.Obliged(o)) // replaced, never refused
	}
}

// commit is the only way to write: durable first, then folded, then told.
func (e *Engine) commit(ctx context.Context, b *batch) error {
	if len(b.events) == 0 {
		return nil
	}
	if err := e.cfg.Journal.Append(context.WithoutCancel(ctx), b.run.ID, b.events...); err != nil {
		e.dead = notRecorded(b, err)
		return e.dead
	}
	e.run = b.run
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events = append(e.events, b.events...)
	close(e.more)
	e.more = make(chan struct{})
	return nil
}

// notRecorded keeps the code by which the journal refused.
func notRecorded(b *batch, err error) error {
	code := steps.CodeOf(err)
	if code == steps.CodeUnknown {
		code = steps.CodeJournal
	}
	if code == steps.CodeHeld {
		return &steps.Error{Code: code, What: "Another process has taken the run up. " + err.Error(), Meaning: "nothing of this was sent.", Next: "Look at the run there.", Cause: err}
	}
	kinds := make([]string, len(b.events))
	for i, ev := range b.events {
		kinds[i] = ev.Type
	}
	return &steps.Error{Code: code, What: fmt.Sprintf("Event %d of run %s (%s) could not be recorded: %v", b.events[0].Seq, b.run.ID, strings.Join(kinds, ", "), err),
		Meaning: "without a record nothing more is sent.", Next: "Make room where the record is kept, then resume the run.", Cause: err}
}
