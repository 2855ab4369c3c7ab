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

// settleDefault is assumed of an operation that this program does not know, before a person may say what became of it.
const settleDefault = 5 * time.Minute

// planned is an operation's plan with the closure that carries out just that.
type planned struct {
	plan  steps.Plan
	apply func(context.Context) (steps.Receipt, error)
}

// observe reads and plans. Account and region are those of the run where the operation leaves them open.
func (e *Engine) observe(ctx context.Context, op steps.Operation, with steps.Values, doing string) (planned, error) {
	out, err := tries(ctx, e, doing, bounded(0, func(ctx context.Context) (planned, error) {
		p, apply, err := op.Prepare(ctx, with)
		return planned{p, apply}, err
	}))
	if out.plan.Account == "" {
		out.plan.Account = e.cfg.Account
	}
	if out.plan.Region == "" {
		out.plan.Region = e.cfg.Region
	}
	return out, err
}

// permit asks whether the operation may be carried out at all. Without an answer it may not.
func (e *Engine) permit(ctx context.Context, d steps.Declaration) error {
	if e.cfg.Permit == nil {
		return &steps.Error{Code: steps.CodePlace, What: "Nothing may be changed from here.", Meaning: "nothing was sent.", Next: "Work by hand, or in practice."}
	}
	_, err := guarded(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, e.cfg.Permit(ctx, d) })
	return err
}

// prepare observes and plans.
func (e *Engine) prepare(op steps.Operation, with steps.Values) *work {
	return &work{doing: "planning", do: func(ctx context.Context) outcome {
		if err := e.permit(ctx, op.Declaration); err != nil {
			return outcome{err: err}
		}
		p, err := e.observe(ctx, op, with, "planning")
		if err != nil {
			return outcome{err: err}
		}
		return outcome{body: steps.Planned{Plan: p.plan, Digest: p.plan.Digest()}}
	}}
}

// send observes and plans once more. If the plan is the confirmed one its outcome is the intent, and what follows that is the
// call; else the plan lapses.
func (e *Engine) send(op steps.Operation, with steps.Values, st steps.StepState) *work {
	return &work{doing: "planning", do: func(ctx context.Context) outcome {
		p, err := e.observe(ctx, op, with, "planning")
		if err != nil {
			return outcome{err: err}
		}
		digest := p.plan.Digest()
		if digest != st.Digest {
			moved := differences(st.Plan, p.plan)
			return outcome{body: steps.Lapsed{Why: "The plan was dropped, nothing was sent: " + strings.Join(moved, "; ") + ".", Moved: moved}}
		}
		if err := e.permit(ctx, op.Declaration); err != nil {
			return outcome{err: err}
		}
		return outcome{
			body: steps.Intent{Attempt: st.Attempt + 1, Digest: digest, Operation: p.plan.Operation, Target: p.plan.Target},
			next: e.call(p.apply),
		}
	}}
}

// differences says in words what differs between two plans.
func differences(before, after steps.Plan) []string {
	var out []string
	differ := func(name, a, b string) {
		if a != b {
			out = append(out, fmt.Sprintf("%s was %q and is %q", name, a, b))
		}
	}
	for _, m := range []struct{ a, b map[string]string }{{before.Basis, after.Basis}, {before.Recipe, after.Recipe}} {
		keys := maps.Clone(m.a)
		if keys == nil {
			keys = map[string]string{}
		}
		maps.Copy(keys, m.b)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			differ(k, m.a[k], m.b[k])
		}
	}
	differ("target", before.Target, after.Target)
	differ("account", before.Account, after.Account)
	differ("region", before.Region, after.Region)
	if before.Operation != after.Operation || before.Version != after.Version {
		differ("operation", fmt.Sprint(before.Operation, " ", before.Version), fmt.Sprint(after.Operation, " ", after.Version))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// call is the one place where a mutation leaves. Only the process that wrote the intent holds it, and it is done once. Its
// context outlives the run's: a call is bounded by its limit, never cut off.
func (e *Engine) call(apply func(context.Context) (steps.Receipt, error)) *work {
	return &work{doing: "sending", sends: true, do: func(ctx context.Context) (o outcome) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CallLimit)
		defer cancel()
		defer func() {
			if r := recover(); r != nil {
				o = outcome{body: steps.Resulted{Outcome: steps.CodeUnknown, Error: fmt.Sprintf("The program failed during the call: %v.", r)}}
			}
		}()
		receipt, err := apply(ctx)
		if err == nil {
			return outcome{body: steps.Resulted{Receipt: receipt}}
		}
		result := steps.CodeUnknown
		if c := steps.CodeOf(err); c == steps.CodeRejected || c == steps.CodeNotSent {
			result = c // only an adapter can say so; silence means unknown
		}
		return outcome{body: steps.Resulted{Outcome: result, Error: err.Error()}}
	}}
}

// find looks until it is known what became of an effect. Landed, foreign and broken are believed at once. Absent and unsure are
// believed when two looks agree and the second began after known: before it, the request may still be on its way. Reads that do
// not work are no finding; they go on for ever.
func (e *Engine) find(ctx context.Context, doing string, known time.Time, see func(context.Context) (steps.Finding, error)) (steps.Finding, error) {
	var before steps.Is
	wait := time.Duration(0)
	for {
		e.doing(ctx, doing)
		now := e.cfg.Clock.Now()
		f, err := guarded(ctx, bounded(0, see))
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		if err != nil {
			e.unread(ctx, err)
			wait = later(wait)
			if err := e.nap(ctx, wait); err != nil {
				return f, err
			}
			continue
		}
		if f.Is == "" {
			f.Is = steps.Unsure
		}
		e.seen(ctx, steps.Observed{Verdict: steps.Unknown, Summary: f.Why, Saves: f.Receipt})
		switch f.Is {
		case steps.Landed, steps.Foreign, steps.Broken:
			return f, nil
		}
		if f.Is == before && !now.Before(known) {
			return f, nil
		}
		before, wait = f.Is, 0
		left := soon
		if until := known.Sub(e.cfg.Clock.Now()); until > 0 {
			left = min(often, until)
		}
		if err := e.nap(ctx, left); err != nil {
			return f, err
		}
	}
}

// resolve finds out what became of an intent. One that another version of the operation planned is left to a person.
func (e *Engine) resolve(st steps.StepState) *work {
	op, err := e.operation(st.Plan)
	return &work{doing: "resolving", do: func(ctx context.Context) outcome {
		if err != nil {
			return outcome{body: steps.Resolved{Finding: steps.Finding{Is: steps.Unsure, Why: err.Error()}}}
		}
		f, err := e.find(ctx, "resolving", st.IntentAt.Add(op.Settle), func(ctx context.Context) (steps.Finding, error) { return op.Resolve(ctx, st.Plan) })
		return outcome{body: steps.Resolved{Finding: f}, err: err}
	}}
}

// verify sees the effect of a call that the service took.
func (e *Engine) verify(st steps.StepState) *work {
	op, err := e.operation(st.Plan)
	body := steps.Verified{Operation: st.Plan.Operation, Target: st.Plan.Target}
	return &work{doing: "verifying", do: func(ctx context.Context) outcome {
		if err != nil {
			body.Finding = steps.Finding{Is: steps.Unsure, Why: err.Error()}
			return outcome{body: body}
		}
		f, err := e.find(ctx, "verifying", st.IntentAt.Add(op.Settle), func(ctx context.Context) (steps.Finding, error) { return op.Verify(ctx, st.Plan, st.Receipt) })
		body.Finding = f
		return outcome{body: body, err: err}
	}}
}

// operation is the one that made the plan, in the same version.
func (e *Engine) operation(p steps.Plan) (steps.Operation, error) {
	op, ok := e.cfg.Operations[p.Operation]
	if !ok || op.Version != p.Version {
		return op, &steps.Error{Code: steps.CodeUnsure, What: fmt.Sprintf("The plan was made by version %d of %s, which this program does not have.", p.Version, p.Operation),
			Meaning: "it may or may not have been changed.", Next: "Look by hand and say what is there."}
	}
	return op, nil
}

// settled reports whether a request that was sent in this visit can no longer land.
func (e *Engine) settled(st *steps.StepState) bool {
	settle := settleDefault
	if op, err := e.operation(st.Plan); err == nil {
		settle = op.Settle
	}
	return !e.cfg.Clock.Now().Before(st.IntentAt.Add(settle))
}
