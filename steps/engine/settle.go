package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// settle adds to b all that needs no I/O, step after step, and gives the work that comes next, nil when it is a person's turn:
// then held says whether the step at at only waits for Go.
func (e *Engine) settle(b *batch) (at steps.Path, next *work, held bool) {
	for {
		s := b.run.Current()
		if s == nil {
			_ = b.add("", steps.RunFinished{Worst: b.run.Worst()})
			return "", nil, false
		}
		st := b.run.Steps[s.ID]
		switch {
		case st.Phase == steps.PhaseSettled:
			return s.ID, nil, false // it holds the run
		case st.Phase == "":
			if !e.applies(b, s) {
				continue
			}
			if e.hold && e.granted[s.ID] != st.Visit {
				return s.ID, nil, true
			}
			fallthrough
		case st.Phase == steps.PhaseEntered:
			if e.refresh(b, s) {
				continue
			}
		case s.Kind == "do" && st.Phase == steps.PhaseAnswered:
			if e.refresh(b, s) {
				continue
			}
		}
		next, turn := e.next(b, s)
		if next != nil || turn {
			return s.ID, next, false
		}
	}
}

// applies evaluates a step's condition and settles it where it does not hold.
func (e *Engine) applies(b *batch, s *steps.Step) bool {
	ok, err := guarded(context.Background(), func(context.Context) (bool, error) { return b.run.Applies(s) })
	switch {
	case err != nil:
		b.fail(s.ID, err)
	case !ok:
		why := "what it belongs to does not apply"
		if s.When != nil {
			why = "not while " + s.When.String()
		}
		if follow := b.run.Procedure.Step(s.ID.Scope()); follow != nil && b.run.Steps[follow.ID].State == steps.Skipped {
			why = "the procedure was skipped"
		}
		_ = b.add(s.ID, steps.Settled{State: steps.NotApplicable, Why: why}) // only prose: it cannot be refused
	default:
		return true
	}
	return false
}

// next asks the step's kind what comes next and adds it, if that is an event. turn: a person's turn has come.
func (e *Engine) next(b *batch, s *steps.Step) (w *work, turn bool) {
	st := b.run.Steps[s.ID]
	view := e.view(b.run, s)
	kind := e.cfg.Kinds[s.Kind]
	if kind == nil {
		b.fail(s.ID, unknown("kind of step", s.Kind))
		return nil, false
	}
	action, err := guarded(context.Background(), func(context.Context) (steps.Action, error) { return kind(*s, view), nil })
	if err != nil {
		b.fail(s.ID, err)
		return nil, false
	}
	switch a := action.(type) {
	case steps.Await:
		return nil, true
	case steps.Settled, steps.Asked:
		if st.Phase == "" {
			b.enter(s, b.at)
		}
		if err := b.add(s.ID, a); err != nil {
			b.fail(s.ID, err)
			return nil, false
		}
		if _, asked := a.(steps.Asked); asked {
			return nil, true
		}
		e.close(b, s)
		return nil, false
	}
	if _, long := action.(steps.Watch); long && st.Phase == "" { // its deadline counts from here, also over a restart
		b.enter(s, b.at)
		view.EnteredAt = b.at
	}
	w, err = e.work(action, *s, view)
	if err != nil {
		b.fail(s.ID, err)
		return nil, false
	}
	return w, w == nil
}

// close carries out what a decision that ends its procedure means for the steps after it.
func (e *Engine) close(b *batch, s *steps.Step) {
	st := b.run.Steps[s.ID]
	i := slices.IndexFunc(s.Options, func(o steps.Option) bool { return o.ID == st.Answer.Value && o.Ends })
	if i < 0 || st.State != steps.Passed || s.Kind != "decide" {
		return
	}
	after := false
	for _, other := range b.run.Procedure.Steps {
		if after && other.ID.Under(s.ID.Scope()) && b.run.Steps[other.ID].Phase != steps.PhaseSettled {
			_ = b.add(other.ID, steps.Settled{State: steps.NotApplicable, Why: fmt.Sprintf("ended by the decision %q", s.Options[i].Label)})
		}
		after = after || other.ID == s.ID
	}
}

// view is the state that a kind sees, with the variables of the step's scope, what parameters hold already, and for a decision
// the evidence that it rests on.
func (e *Engine) view(r *steps.Run, s *steps.Step) steps.StepState {
	st := *r.Steps[s.ID]
	scope := s.ID.Scope()
	st.Vars = r.Vars(scope)
	given := r.Started.Params
	if follow := r.Steps[scope]; scope != "" && follow != nil {
		given = follow.Saves
	}
	st.Preset = steps.Values{}
	for _, name := range saved(s) {
		if v, ok := given[name]; ok {
			st.Preset[name] = v
		}
	}
	if s.Kind == "decide" && st.Evidence.Facts == nil {
		st.Evidence.Facts = facts(r, s)
	}
	return st
}

// facts are what the steps showed that a decision needs or whose variables it reads.
func facts(r *steps.Run, s *steps.Step) []steps.Fact {
	var out []steps.Fact
	mine := reads(s)
	for i := range r.Procedure.Steps {
		o := &r.Procedure.Steps[i]
		st := r.Steps[o.ID]
		if st.Phase != steps.PhaseSettled || st.Evidence.Summary == "" {
			continue
		}
		used := slices.Contains(s.Needs, o.ID)
		for _, n := range sets(r.Procedure, o) {
			used = used || n.scope == s.ID.Scope() && mine[n.variable]
		}
		if used {
			out = append(out, steps.Fact{State: st.State, Label: o.Title, Text: st.Evidence.Summary})
		}
	}
	return out
}

// work is the I/O of an action.
func (e *Engine) work(a steps.Action, s steps.Step, st steps.StepState) (*work, error) {
	switch a := a.(type) {
	case steps.Look, steps.Watch, steps.Execute, steps.Pause:
		read, outputs, err := e.reader(s, st)
		if err != nil {
			return nil, err
		}
		doing := "looking"
		if s.Kind == "command" {
			doing = "executing"
		}
		switch a := a.(type) {
		case steps.Watch:
			return e.watch(s, st, outputs, read), nil
		case steps.Pause:
			return e.look(s, st.EvidenceAt.Add(a.For), doing, read), nil
		}
		return e.look(s, time.Time{}, doing, read), nil
	case steps.Resolve:
		return e.resolve(st), nil
	case steps.Verify:
		return e.verify(st), nil
	case steps.Prepare, steps.Send:
		op, ok := e.cfg.Operations[s.Use]
		if !ok {
			return nil, unknown("operation", s.Use)
		}
		with, err := e.with(s, st, op.Inputs)
		if err != nil {
			return nil, err
		}
		if _, confirmed := a.(steps.Send); confirmed {
			return e.send(op, with, st), nil
		}
		return e.prepare(op, with), nil
	}
	return nil, unknown("action", fmt.Sprintf("%T", a))
}

// reader is the look of a step: its probe's, or its program's.
func (e *Engine) reader(s steps.Step, st steps.StepState) (func(context.Context) (steps.Observed, error), map[string]steps.ValueKind, error) {
	if s.Kind == "command" {
		read, err := e.program(s, st)
		return read, nil, err
	}
	p, ok := e.cfg.Probes[s.Use]
	if !ok {
		return nil, nil, unknown("probe", s.Use)
	}
	with, err := e.with(s, st, p.Inputs)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) (steps.Observed, error) { return p.Look(ctx, with) }, p.Outputs, nil
}

// program is a command's argv with its variables filled in, each an argument of its own.
func (e *Engine) program(s steps.Step, st steps.StepState) (func(context.Context) (steps.Observed, error), error) {
	if e.cfg.Execute == nil {
		return nil, unknown("way to run a program", s.Use)
	}
	argv := make([]string, len(s.Argv))
	var errs [3]error
	for i, a := range s.Argv {
		var err error
		if argv[i], err = st.Vars.Expand(a); err != nil {
			errs[0] = err
		}
	}
	dir, env := "", map[string]string(nil)
	dir, errs[1] = st.Vars.Expand(s.Dir)
	env, errs[2] = st.Vars.ExpandAll(s.Env)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (steps.Observed, error) { return e.cfg.Execute(ctx, argv, dir, env) }, nil
}

// with is what a step hands to its probe or operation: expanded, typed, and held against its kinds.
func (e *Engine) with(s steps.Step, st steps.StepState, inputs map[string]steps.Input) (steps.Values, error) {
	texts, err := st.Vars.ExpandAll(s.With)
	if err != nil {
		return nil, err
	}
	out := steps.Values{}
	for name, in := range inputs {
		text, given := texts[name]
		if !given {
			text = in.Default
		}
		if text == "" && (in.Optional || in.Default != "") {
			continue
		}
		if !given && text == "" {
			return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s needs %s.", s.Use, name), Meaning: "nothing was sent.", Next: "Mend the procedure."}
		}
		if err := in.Kind.Check(name, text); err != nil {
			return nil, err
		}
		out[name] = steps.Value{Kind: in.Kind, Text: text}
	}
	for name, text := range texts {
		if _, known := inputs[name]; !known {
			out[name] = steps.Value{Kind: steps.KindText, Text: text}
		}
	}
	return out, nil
}

func unknown(what, name string) error {
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("This program has no %s %q.", what, name), Meaning: "nothing was sent.", Next: "Use the version that the procedure was written for, or work by hand."}
}
