package kinds

import (
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// do plans a change, has a person confirm just that plan, sends it once, finds out what became of it, and sees the effect.
func do(s steps.Step, st steps.StepState) steps.Action {
	switch st.Phase {
	case "", steps.PhaseEntered: // the latter after a stale plan, a restart, or an effect that proved to be absent
		return steps.Prepare{}
	case steps.PhasePlanned:
		return steps.Asked{
			Form: steps.FormConfirm, Want: st.Plan.Target, Facts: st.Plan.Effects,
			Prompt:  "Type " + st.Plan.Target + " to send it once; anything else sends nothing.",
			Because: strings.TrimSpace(st.Lapsed + " " + st.Plan.Summary),
		}
	case steps.PhaseAnswered:
		return steps.Send{}
	case steps.PhaseIntent:
		return steps.Resolve{}
	case steps.PhaseApplied:
		return steps.Verify{}
	case steps.PhaseVerified:
		return settle(s, steps.Settled{State: steps.Passed, Why: st.Finding.Why}, st.Receipt)
	case steps.PhaseRefused:
		return steps.Settled{State: steps.Failed, Why: refused(st)}
	}
	return steps.Await{} // asked, or unsure: a person's turn
}

// refused says why nothing of ours stands.
func refused(st steps.StepState) string {
	if st.Finding.Is == steps.Foreign || st.Finding.Is == steps.Broken {
		why := "What was sent is there and has failed."
		if st.Finding.Is == steps.Foreign {
			why = "Somebody else's change is there."
		}
		return strings.TrimSpace(why + " " + st.Finding.Why)
	}
	why := "The service refused; nothing has changed."
	if st.Outcome == steps.CodeNotSent {
		why = "Nothing was sent; nothing has changed."
	}
	return strings.TrimSpace(why + " " + st.Error)
}
