package kinds

import "github.com/JustAJobApp/runbook/steps"

// choose looks for what there is and has a person choose. A parameter that names one of the choices chooses it.
func choose(s steps.Step, st steps.StepState) steps.Action {
	seen := st.Evidence
	switch {
	case fresh(st):
		return steps.Look{}
	case st.Phase == steps.PhaseObserved && len(seen.Choices) == 0:
		if seen.Verdict == steps.Unknown {
			return steps.Settled{State: steps.Unknown, Why: seen.Summary}
		}
		why, err := st.Vars.Expand(s.Empty)
		if err != nil || why == "" {
			why = seen.Summary
		}
		if why == "" {
			why = "There is nothing to choose from."
		}
		return steps.Settled{State: steps.Failed, Why: why}
	case st.Phase == steps.PhaseObserved:
		for variable, output := range s.Save {
			if v, ok := st.Preset[variable]; ok && output == "choice" && choosable(seen.Choices, v.Text) {
				return settle(s, steps.Settled{State: steps.Passed, Why: "given at the start"}, with(seen.Saves, "choice", v.Text))
			}
		}
		return steps.Asked{Form: steps.FormChoose, Prompt: s.Title, Columns: seen.Columns, Choices: seen.Choices, Because: seen.Summary, Facts: seen.Facts}
	case st.Phase == steps.PhaseAnswered:
		return settle(s, steps.Settled{State: steps.Passed, Why: st.Answer.Why, By: st.Answer.By}, with(seen.Saves, "choice", st.Answer.Value))
	}
	return steps.Await{}
}

// choosable reports whether value is among the choices and not blocked.
func choosable(choices []steps.Choice, value string) bool {
	for _, c := range choices {
		if c.Value == value {
			return c.Blocked == ""
		}
	}
	return false
}
