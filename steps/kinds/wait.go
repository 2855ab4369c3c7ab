package kinds

import "github.com/JustAJobApp/runbook/steps"

// wait watches until what it waits for is seen, fails, or is late.
func wait(s steps.Step, st steps.StepState) steps.Action {
	if fresh(st) {
		return steps.Watch{}
	}
	return judge(s, st)
}
