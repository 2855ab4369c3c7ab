// Package kinds holds the kinds of step, one file each: pure functions from what the journal says of a visit to what comes next.
// They know no client, no clock and no journal; what they ask for, the engine does. It imports steps alone, and anything may
// import it.
package kinds

import (
	"maps"

	"github.com/JustAJobApp/runbook/steps"
)

// All is every kind by its key in a procedure file.
var All = map[string]steps.Kind{
	"tick": tick, "ask": ask, "choose": choose, "check": check, "do": do, "wait": wait, "decide": decide, "follow": follow, "command": command,
}

// fresh reports whether nothing of this visit has been done yet, or all of it is to be done anew.
func fresh(st steps.StepState) bool { return st.Phase == "" || st.Phase == steps.PhaseEntered }

// failed settles a step that cannot be carried out; err's sentences say why.
func failed(err error) steps.Action { return steps.Settled{State: steps.Failed, Why: err.Error()} }

// settle ends a visit and keeps of outputs what the step saves, under its variables' names. An output that does not have the
// shape of its variable fails the step: what is saved ends up in calls and paths.
func settle(s steps.Step, end steps.Settled, outputs map[string]string) steps.Action {
	for variable, output := range s.Save {
		text, ok := outputs[output]
		if !ok {
			continue
		}
		kind := s.SaveKinds[variable]
		if kind == "" {
			kind = steps.KindText
		}
		if err := kind.Check(variable, text); err != nil {
			return failed(err)
		}
		if end.Saves == nil {
			end.Saves = steps.Values{}
		}
		end.Saves[variable] = steps.Value{Kind: kind, Text: text}
	}
	return end
}

// judge ends a visit by the verdict of its last look. A warning asks a person for the reason to go on.
func judge(s steps.Step, st steps.StepState) steps.Action {
	seen := st.Evidence
	switch st.Phase {
	case steps.PhaseObserved:
		if s.OnFail == steps.OnFailFact && (seen.Verdict == steps.Warned || seen.Verdict == steps.Failed) {
			return settle(s, steps.Settled{State: steps.Passed, Why: seen.Summary}, seen.Saves)
		}
		if seen.Verdict == steps.Warned {
			return steps.Asked{Form: steps.FormReason, Prompt: "Reason to go on", Because: seen.Summary, Facts: seen.Facts}
		}
		return settle(s, steps.Settled{State: seen.Verdict, Why: seen.Summary}, seen.Saves)
	case steps.PhaseAnswered:
		return settle(s, steps.Settled{State: steps.Warned, Why: st.Answer.Why, By: st.Answer.By}, seen.Saves)
	}
	return steps.Await{}
}

// with adds one output to those of the last look.
func with(outputs map[string]string, name, text string) map[string]string {
	out := maps.Clone(outputs)
	if out == nil {
		out = map[string]string{}
	}
	out[name] = text
	return out
}
