package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

const (
	callLimit = 2 * time.Minute  // of a mutating call, where the configuration says nothing; wall clock
	lookLimit = 2 * time.Minute  // of one look, where the step says nothing; wall clock
	soon      = 2 * time.Second  // before the first look that follows one that did not work
	slowest   = 30 * time.Second // between looks that do not work
	often     = 5 * time.Second  // between looks where the step says nothing
	attempts  = 3                // looks before a check says that it could not look
)

// later is how long to wait after one more look that did not work.
func later(d time.Duration) time.Duration { return min(max(2*d, soon), slowest) }

// tries does a read again when the service asks us to slow down or does not answer, a few times.
func tries[T any](ctx context.Context, e *Engine, doing string, read func(context.Context) (T, error)) (T, error) {
	wait := time.Duration(0)
	for n := 1; ; n++ {
		out, err := guarded(ctx, read)
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		if c := steps.CodeOf(err); n == attempts || c != steps.CodeThrottled && c != steps.CodeUnreachable {
			return out, err
		}
		e.unread(ctx, err)
		wait = later(wait)
		if err := e.nap(ctx, wait); err != nil {
			return out, err
		}
		e.doing(ctx, doing)
	}
}

// guarded makes an error of a panic.
func guarded[T any](ctx context.Context, read func(context.Context) (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return read(ctx)
}

// bounded limits one look by the wall clock.
func bounded[T any](limit time.Duration, read func(context.Context) (T, error)) func(context.Context) (T, error) {
	if limit <= 0 {
		limit = lookLimit
	}
	return func(ctx context.Context) (T, error) {
		inner, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		out, err := read(inner)
		if err != nil && ctx.Err() == nil && errors.Is(inner.Err(), context.DeadlineExceeded) {
			err = &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("The look took longer than %s.", limit), Meaning: "it has shown nothing.", Next: "Look again.", Cause: err}
		}
		return out, err
	}
}

// look is one look with a probe or a program, after a pause. That it could not look is a verdict too: unknown, never passed.
func (e *Engine) look(s steps.Step, until time.Time, doing string, read func(context.Context) (steps.Observed, error)) *work {
	return &work{doing: doing, do: func(ctx context.Context) outcome {
		if !until.IsZero() {
			if err := e.nap(ctx, until.Sub(e.cfg.Clock.Now())); err != nil {
				return outcome{err: err}
			}
			e.doing(ctx, doing)
		}
		o, err := tries(ctx, e, doing, bounded(s.Timeout, read))
		if ctx.Err() != nil {
			return outcome{err: ctx.Err()}
		}
		if err != nil {
			o = steps.Observed{Verdict: steps.Unknown, Summary: err.Error()}
		}
		o.Verdict = verdict(s, o.Verdict)
		e.seen(ctx, o)
		return outcome{body: o}
	}}
}

// verdict is what may be recorded of a look: not yet is no verdict of a single look, and a choice needs none.
func verdict(s steps.Step, v steps.State) steps.State {
	switch v {
	case steps.Passed, steps.Warned, steps.Failed, steps.Unknown:
		return v
	case steps.Waiting:
		return steps.Failed
	}
	if s.Kind == "choose" {
		return steps.Passed
	}
	return steps.Unknown
}

// watch looks until what the step waits for is seen, the probe fails it, or its deadline has passed: then one look is made
// anyhow, so that a run that was away is not failed unseen. Looks that do not work are no finding.
func (e *Engine) watch(s steps.Step, st steps.StepState, outputs map[string]steps.ValueKind, read func(context.Context) (steps.Observed, error)) *work {
	every := s.Every
	if every <= 0 {
		every = often
	}
	var deadline time.Time
	if s.Timeout > 0 {
		deadline = st.EnteredAt.Add(s.Timeout)
	}
	return &work{doing: "looking", do: func(ctx context.Context) outcome {
		var last steps.Observed
		wait := time.Duration(0)
		for {
			e.doing(ctx, "looking")
			o, err := guarded(ctx, bounded(0, read))
			if ctx.Err() != nil {
				return outcome{err: ctx.Err()}
			}
			if err == nil {
				e.seen(ctx, o)
				last, wait = o, every
				var done bool
				if done, err = seen(s, st, outputs, &o); done {
					return outcome{body: o}
				}
			} else {
				wait, last.Verdict = later(wait), steps.Unknown
			}
			if err != nil {
				e.unread(ctx, err)
			}
			now := e.cfg.Clock.Now()
			if !deadline.IsZero() && !now.Before(deadline) {
				return outcome{body: late(s, last, err)}
			}
			if !deadline.IsZero() {
				wait = min(wait, deadline.Sub(now))
			}
			if err := e.nap(ctx, wait); err != nil {
				return outcome{err: err}
			}
		}
	}}
}

// seen says whether a look ends a wait, and sets its verdict. An error means that the condition could not be evaluated yet.
func seen(s steps.Step, st steps.StepState, outputs map[string]steps.ValueKind, o *steps.Observed) (bool, error) {
	good := o.Verdict == steps.Passed || o.Verdict == steps.Warned
	if s.Until == nil {
		return good || o.Verdict == steps.Failed, nil
	}
	vars := maps.Clone(st.Vars)
	if vars == nil {
		vars = steps.Values{}
	}
	for name, text := range o.Saves {
		vars[name] = steps.Value{Kind: kindOr(outputs[name]), Text: text}
	}
	holds, err := s.Until.Eval(vars)
	if err == nil && holds {
		if !good {
			o.Verdict = steps.Passed
		}
		return true, nil
	}
	return o.Verdict == steps.Failed, err
}

func kindOr(k steps.ValueKind) steps.ValueKind {
	if k == "" {
		return steps.KindText
	}
	return k
}

// late is what a wait has seen when its time is up: the last look, which now fails, or that nobody knows; err says why.
func late(s steps.Step, last steps.Observed, err error) steps.Observed {
	o := last
	o.Facts = slices.Clone(last.Facts)
	o.Verdict = steps.Failed
	what := fmt.Sprintf("Not seen within %s.", s.Timeout)
	if last.Verdict == steps.Unknown {
		o.Verdict = steps.Unknown
		what = fmt.Sprintf("Not known after %s: the last look did not work.", s.Timeout)
		if err != nil {
			what += " " + err.Error()
		}
	}
	if last.Summary != "" {
		what += " Last seen: " + last.Summary
	}
	o.Summary = what
	return o
}
