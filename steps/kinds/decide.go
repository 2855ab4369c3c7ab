package kinds

import "github.com/JustAJobApp/runbook/steps"

// decide has a person take one of the options that the file names. The first whose condition holds is recommended.
func decide(s steps.Step, st steps.StepState) steps.Action {
	switch {
	case fresh(st):
		q, err := question(s, st.Vars)
		if err != nil {
			return failed(err)
		}
		q.Facts = st.Evidence.Facts
		return q
	case st.Phase == steps.PhaseAnswered:
		a := st.Answer
		return settle(s, steps.Settled{State: steps.Passed, Why: a.Why, By: a.By}, map[string]string{"option": a.Value})
	}
	return steps.Await{}
}

// question is what a decide asks, with its recommendation, over the variables of its scope.
func question(s steps.Step, vars steps.Values) (steps.Asked, error) {
	q := steps.Asked{Form: steps.FormDecide}
	var err error
	if q.Prompt, err = vars.Expand(s.Use); err != nil {
		return q, err
	}
	recommended, open := false, 0
	for _, o := range s.Options {
		c := steps.Choice{Value: o.ID, Cells: []string{o.Label}}
		blocked, err := holds(o.Unless, vars)
		if err != nil {
			return q, err
		}
		if blocked {
			if c.Blocked, err = vars.Expand(o.UnlessBecause); err != nil {
				return q, err
			}
			if c.Blocked == "" {
				c.Blocked = "not while " + o.Unless.String()
			}
			q.Choices = append(q.Choices, c)
			continue
		}
		open++
		best, err := holds(o.Recommend, vars)
		if err != nil {
			return q, err
		}
		if best && !recommended {
			recommended, c.Recommended = true, true
			if c.Note, err = vars.Expand(o.Because); err != nil {
				return q, err
			}
			q.Because = c.Note
		}
		q.Choices = append(q.Choices, c)
	}
	if open == 0 {
		return q, &steps.Error{Code: steps.CodeFailed, What: "None of the options can be chosen now.", Meaning: "nothing has changed.", Next: "Look again at what they depend on."}
	}
	return q, nil
}

// holds evaluates a condition; none never holds.
func holds(c steps.Condition, vars steps.Values) (bool, error) {
	if c == nil {
		return false, nil
	}
	return c.Eval(vars)
}
