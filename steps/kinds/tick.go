package kinds

import (
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// tick takes a person's word: yes, a note or a link, as its evidence demands.
func tick(s steps.Step, st steps.StepState) steps.Action {
	switch {
	case fresh(st):
		prompt, err := st.Vars.Expand(s.Use)
		if err != nil {
			return failed(err)
		}
		return steps.Asked{Form: steps.FormTick, Prompt: prompt, Accepts: s.Evidence}
	case st.Phase == steps.PhaseAnswered:
		a := st.Answer
		why := strings.TrimSpace(a.Why + " " + a.Link)
		word := why
		if word == "" {
			word = a.Value
		}
		return settle(s, steps.Settled{State: steps.Passed, Why: why, By: a.By}, map[string]string{"word": word})
	}
	return steps.Await{}
}
