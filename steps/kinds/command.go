package kinds

import "github.com/JustAJobApp/runbook/steps"

// command runs a local program that reads, and settles by what came of it.
func command(s steps.Step, st steps.StepState) steps.Action {
	if fresh(st) {
		return steps.Execute{}
	}
	return judge(s, st)
}
