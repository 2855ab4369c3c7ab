package kinds

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// between is how long a check pauses before it looks again where its file does not say.
const between = 5 * time.Second

// check looks, as often again as its file says while it fails, and settles by the verdict.
func check(s steps.Step, st steps.StepState) steps.Action {
	if fresh(st) {
		return steps.Look{}
	}
	if st.Phase == steps.PhaseObserved && st.Evidence.Verdict == steps.Failed && st.Looks <= s.Retry.Times {
		if s.Retry.Every > 0 {
			return steps.Pause{For: s.Retry.Every}
		}
		return steps.Pause{For: between}
	}
	return judge(s, st)
}
