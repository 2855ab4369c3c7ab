package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/JustAJobApp/runbook/steps"
)

// Open starts a run of p, or takes it up where its journal ends; which of the two the journal says. A new run pins p's texts; to
// go on, p must be the pinned procedure, else CodeEdited. The event that Open writes shuts out whoever drove the run before. A
// run that has ended is opened to be read: nothing is written, and Run returns at once. CodeHeld: another process drives it.
func Open(ctx context.Context, cfg Config, p *steps.Procedure, start Start) (*Engine, error) {
	e := &Engine{
		cfg: cfg, proc: p, run: steps.NewRun(start.ID, p), release: func() {},
		commands: make(chan request), closing: make(chan struct{}), stopped: make(chan struct{}),
		granted: map[steps.Path]int{}, rounds: map[visit]int{},
		more: make(chan struct{}), moved: make(chan struct{}),
	}
	if e.cfg.CallLimit <= 0 {
		e.cfg.CallLimit = callLimit
	}
	if err := e.read(ctx); err != nil {
		return nil, err
	}
	if e.run.Over() {
		return e, nil
	}
	release, err := cfg.Journal.Hold(ctx, start.ID, cfg.Operator)
	if err != nil {
		return nil, err
	}
	if release != nil {
		e.release = release
	}
	if err := e.read(ctx); err != nil { // what the former driver wrote before it let go
		e.release()
		return nil, err
	}
	if e.run.Over() {
		e.release()
		e.release = func() {}
		return e, nil
	}
	if err := e.first(ctx, start); err != nil {
		e.release()
		return nil, err
	}
	return e, nil
}

// read folds what the journal has and e does not.
func (e *Engine) read(ctx context.Context) error {
	for ev, err := range e.cfg.Journal.Read(ctx, e.run.ID) {
		if err != nil {
			return err
		}
		if ev.Seq <= e.run.Seq {
			continue
		}
		if ev.Seq == 1 {
			if err := e.pinned(ev); err != nil {
				return err
			}
		}
		if err := e.run.Apply(ev); err != nil {
			return err
		}
		e.events = append(e.events, ev)
	}
	return nil
}

// pinned holds the procedure against what the run was started with.
func (e *Engine) pinned(first steps.Event) error {
	b, ok := first.Body.(steps.RunStarted)
	if !ok {
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("Run %s begins with %s, not with its start.", e.run.ID, first.Type),
			Meaning: "nothing has changed.", Next: "runbook audit verify says where the record breaks."}
	}
	if b.Digest != e.proc.Digest {
		return &steps.Error{Code: steps.CodeEdited, What: fmt.Sprintf("The procedure %s is not the one that run %s was started with.", e.proc.ID, e.run.ID),
			Meaning: "nothing has changed.", Next: "Go on with the texts that the run has kept, or start a new run."}
	}
	return nil
}

// first writes the event by which this process becomes the driver.
func (e *Engine) first(ctx context.Context, start Start) error {
	b := e.begin()
	if e.run.Seq > 0 {
		if err := b.add("", steps.RunResumed{Operator: e.cfg.Operator, Host: e.cfg.Host, Program: e.cfg.Program}); err != nil {
			return err
		}
		return e.commit(ctx, b)
	}
	params, err := parameters(e.proc, start.Params)
	if err != nil {
		return err
	}
	for _, digest := range slices.Sorted(maps.Keys(e.proc.Texts)) {
		if err := e.cfg.Journal.Keep(ctx, digest, e.proc.Texts[digest]); err != nil {
			return &steps.Error{Code: steps.CodeJournal, What: "The procedure's text could not be kept: " + err.Error(), Meaning: "nothing was started.",
				Next: "Make room where the record is kept.", Cause: err}
		}
	}
	err = b.add("", steps.RunStarted{
		Procedure: e.proc.ID, Title: e.proc.Title, Digest: e.proc.Digest, Pins: e.proc.Pins, Params: params,
		Environment: e.cfg.Environment, Account: e.cfg.Account, Region: e.cfg.Region,
		Operator: e.cfg.Operator, Host: e.cfg.Host, Program: e.cfg.Program,
		Operations: e.versions(), Total: len(e.proc.Steps), FaultAt: start.FaultAt, From: start.From,
	})
	if err != nil {
		return err
	}
	return e.commit(ctx, b)
}

// versions are those of the operations that the procedure may carry out.
func (e *Engine) versions() map[string]int {
	out := map[string]int{}
	for _, s := range e.proc.Steps {
		if op, ok := e.cfg.Operations[s.Use]; ok && s.Kind == "do" {
			out[s.Use] = op.Version
		}
	}
	return out
}

// parameters checks what was given against what p declares, all at once, and fills in defaults.
func parameters(p *steps.Procedure, given steps.Values) (steps.Values, error) {
	out := steps.Values{}
	var wrong []error
	refuse := func(format string, a ...any) {
		wrong = append(wrong, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf(format, a...)})
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := p.Params[name]; !ok {
			refuse("%s has no parameter %s; it has %v.", p.ID, name, slices.Sorted(maps.Keys(p.Params)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Params)) {
		param := p.Params[name]
		text := param.Default
		if v, ok := given[name]; ok {
			text = v.Text
		}
		switch err := param.Kind.Check(name, text); {
		case text == "" && param.Required:
			refuse("%s needs the parameter %s.", p.ID, name)
		case text == "":
		case err != nil:
			wrong = append(wrong, err)
		default:
			out[name] = steps.Value{Kind: param.Kind, Text: text}
		}
	}
	switch len(wrong) {
	case 0:
		return out, nil
	case 1:
		return nil, wrong[0]
	}
	all := errors.Join(wrong...)
	return nil, &steps.Error{Code: steps.CodeInput, What: all.Error(), Meaning: "nothing was started.", Cause: all}
}
