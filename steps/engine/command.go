package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// The commands beside those of api.go.
type (
	// Discharge closes an obligation, of this run or another: what it asked for has been done.
	Discharge struct{ ID, How string }
	// Mark records what a drill scores: acknowledged, cause, hint, recovered, gave-up.
	Mark struct{ steps.Drill }
)

// refusal is a command that does not fit. Nothing has been written.
func refusal(format string, a ...any) error {
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf(format, a...), Meaning: "nothing was sent, nothing was recorded."}
}

// handle carries a command out. Pause, Stop and Abort leave e.ending behind, if they win.
func (e *Engine) handle(ctx context.Context, c Command) error {
	if e.ending != nil {
		return &steps.Error{Code: steps.CodeLate, What: "The run is about to stop.", Meaning: "nothing of this was done.", Next: "Resume the run."}
	}
	switch c := c.(type) {
	case Answer:
		return e.answer(ctx, c.Answered)
	case Back:
		return e.back(ctx, c)
	case Retry:
		return e.retry(ctx, c)
	case Skip:
		return e.skip(ctx, c)
	case Approve:
		return e.approve(ctx, c)
	case Say:
		return e.say(ctx, c)
	case Note:
		if strings.TrimSpace(c.Text) == "" {
			return refusal("An empty line is no note.")
		}
		return e.write(ctx, c.Step, steps.Noted{Text: c.Text, By: e.by(c.By)})
	case Pin:
		c.Line.By = e.by(c.Line.By)
		return e.write(ctx, c.Step, c.Line)
	case Discharge:
		return e.write(ctx, "", steps.Discharged{ID: c.ID, How: c.How})
	case Mark:
		return e.write(ctx, "", c.Drill)
	case Hold:
		e.hold = c.On
	case Go:
		if s := e.run.Current(); e.hold && s != nil && e.run.Steps[s.ID].Phase == "" {
			e.granted[s.ID] = e.run.Steps[s.ID].Visit
		}
	case LookNow:
		e.lookNow()
	case Pause:
		if c.Why == "" {
			c.Why = steps.CodeInterrupted
		}
		e.ending = &ending{body: steps.RunPaused{Why: c.Why, Text: c.Text, By: e.by(c.By)}}
		e.abandon()
	case Stop:
		return e.stop()
	case Abort:
		return e.abort(ctx, c)
	default:
		return refusal("There is no command %T.", c)
	}
	return nil
}

// by is who asks: the operator where a command does not say.
func (e *Engine) by(who string) string {
	if who == "" {
		return e.cfg.Operator
	}
	return who
}

// write records what changes nothing about the run's course.
func (e *Engine) write(ctx context.Context, step steps.Path, body any) error {
	if step != "" && e.run.Steps[step] == nil {
		return refusal("This run has no step %s.", step)
	}
	b := e.begin()
	if err := b.add(step, body); err != nil {
		return err
	}
	return e.commit(ctx, b)
}

// inFlight is the step whose outcome is not known, nil where there is none.
func (e *Engine) inFlight() *steps.Step {
	for i := range e.proc.Steps {
		if s := &e.proc.Steps[i]; e.run.Steps[s.ID].Open() {
			return s
		}
	}
	return nil
}

// still refuses what may not happen while an outcome is unknown.
func (e *Engine) still() error {
	if s := e.inFlight(); s != nil {
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("What %s has sent may or may not be there.", s.ID), Meaning: "it is being looked for; nothing more is sent.",
			Next: "Wait until it is known, or pause the run."}
	}
	return nil
}

func (e *Engine) back(ctx context.Context, c Back) error {
	if err := e.still(); err != nil {
		return err
	}
	st := e.run.Steps[c.To]
	if st == nil || st.Phase == "" {
		return refusal("The run has not come to %s.", c.To)
	}
	after := false
	for i := range e.proc.Steps {
		s := &e.proc.Steps[i]
		after = after || s.ID == c.To
		if o := e.run.Steps[s.ID]; after && s.Kind == "do" && (o.Sent() || o.Finding.Is == steps.Broken) {
			return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("There is no way back over what %s has sent.", s.ID), Meaning: "what was sent stands.", Next: "Start a new run."}
		}
	}
	return e.again(ctx, c.To, steps.Rewound{Steps: dependents(e.run, c.To), Why: c.Why, By: e.by(c.By)})
}

// again begins new visits; the one at to may start although the run is held.
func (e *Engine) again(ctx context.Context, to steps.Path, r steps.Rewound) error {
	b := e.begin()
	if err := b.add("", r); err != nil {
		return err
	}
	e.granted[to] = b.run.Steps[to].Visit
	e.abandon()
	return e.push(ctx, b)
}

func (e *Engine) retry(ctx context.Context, c Retry) error {
	if err := e.still(); err != nil {
		return err
	}
	st := e.run.Steps[c.Step]
	if st == nil || st.Phase != steps.PhaseSettled || st.State != steps.Failed && st.State != steps.Unknown {
		return refusal("Only a step that is failed or unknown is done again; %s is not.", c.Step)
	}
	paths := []steps.Path{c.Step}
	if cur := e.run.Current(); cur.ID != c.Step { // its question would stay open beside another step's
		switch p := e.run.Steps[cur.ID].Phase; p {
		case "", steps.PhaseSettled:
		case steps.PhaseApplied, steps.PhaseVerified:
			return refusal("%s is not over yet: its effect is being looked at.", cur.ID)
		default:
			paths = append(paths, cur.ID)
		}
	}
	return e.again(ctx, c.Step, steps.Rewound{Steps: paths, Why: c.Why, By: e.by(c.By)})
}

// current is the step that a command names, if it is the one whose turn it is.
func (e *Engine) current(id steps.Path) (*steps.Step, *steps.StepState, error) {
	s := e.run.Current()
	if s == nil || id != "" && s.ID != id {
		return nil, nil, refusal("It is not the turn of %s.", id)
	}
	return s, e.run.Steps[s.ID], nil
}

func (e *Engine) skip(ctx context.Context, c Skip) error {
	if strings.TrimSpace(c.Why) == "" {
		return refusal("A step is skipped with a reason only.")
	}
	s, st, err := e.current(c.Step)
	if err != nil {
		return err
	}
	if err := e.still(); err != nil {
		return err
	}
	switch st.Phase {
	case steps.PhaseAnswered, steps.PhaseApplied, steps.PhaseVerified, steps.PhaseRefused:
		return refusal("%s has been confirmed; it can no longer be skipped.", s.ID)
	}
	if after := readers(e.run, s); len(after) > 0 {
		return refusal("%s cannot be skipped: what it saves is read by %s.", s.ID, names(after))
	}
	b := e.begin()
	if st.Phase == "" {
		b.enter(s, b.at)
	}
	if err := b.add(s.ID, steps.Settled{State: steps.Skipped, Why: c.Why, By: e.by(c.By), Saves: st.Saves}); err != nil {
		return err
	}
	e.abandon()
	return e.push(ctx, b)
}

func (e *Engine) approve(ctx context.Context, c Approve) error {
	s, st := e.proc.Step(c.Step), e.run.Steps[c.Step]
	if s == nil || st.Phase != steps.PhaseSettled || st.State != steps.Failed && st.State != steps.Unknown {
		return refusal("Only a check that is failed or unknown is approved; %s is not.", c.Step)
	}
	if !slices.Contains([]string{"check", "wait", "command"}, s.Kind) {
		return refusal("%s is a %s: only what a check, a wait or a command has shown can be approved.", s.ID, s.Kind)
	}
	if e.by(c.By) == "" {
		return refusal("An approval names who gives it.")
	}
	b := e.begin()
	if err := b.add(s.ID, steps.Settled{State: steps.Approved, Why: c.Why, By: e.by(c.By), Saves: st.Saves}); err != nil {
		return err
	}
	return e.push(ctx, b)
}

func (e *Engine) say(ctx context.Context, c Say) error {
	st := e.run.Steps[c.Step]
	if st == nil || st.Phase != steps.PhaseUnsure {
		return refusal("%s is not in a person's hands: the looks have not ended.", c.Step)
	}
	if c.Is != steps.Landed && c.Is != steps.Absent {
		return refusal("Say %s or %s.", steps.Landed, steps.Absent)
	}
	if !e.settled(st) {
		return refusal("What was sent can still arrive; say it later.")
	}
	finding := steps.Finding{Is: c.Is, Why: c.Why, Receipt: st.Receipt}
	b := e.begin()
	if err := b.add(c.Step, steps.Resolved{Finding: finding, By: e.by(c.By)}); err != nil {
		return err
	}
	if c.Is == steps.Landed { // a machine would only come to the same end as before
		seen := steps.Verified{Finding: finding, Operation: st.Plan.Operation, Target: st.Plan.Target, By: e.by(c.By)}
		if err := b.add(c.Step, seen); err != nil {
			return err
		}
		b.oblige(c.Step, seen)
	}
	return e.push(ctx, b)
}

// stop ends a headless run that cannot go on without a person.
func (e *Engine) stop() error {
	s := e.run.Current()
	if s == nil {
		return refusal("The run has no step that failed.")
	}
	st := e.run.Steps[s.ID]
	switch {
	case st.Phase == steps.PhaseUnsure || e.run.Holds(s) && st.Finding.Is == steps.Foreign:
		e.ending = &ending{body: steps.RunUnknown{Step: s.ID, Error: strings.TrimSpace(st.Finding.Why + " " + st.Error)}}
	case e.run.Holds(s):
		e.ending = &ending{body: steps.RunFailed{Step: s.ID, Error: st.Why}}
	default:
		return refusal("The run goes on: %s has neither failed nor is its outcome a person's to tell.", s.ID)
	}
	return nil
}

func (e *Engine) abort(ctx context.Context, c Abort) error {
	if err := e.still(); err != nil {
		return err
	}
	e.ending = &ending{body: steps.RunAborted{Why: c.Why, By: e.by(c.By)}}
	e.abandon()
	return nil
}
