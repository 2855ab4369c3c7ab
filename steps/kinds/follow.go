package kinds

import "github.com/JustAJobApp/runbook/steps"

// follow opens another procedure's scope: what it saves are that procedure's parameters. SaveKinds holds their kinds; one that
// it does not name takes the kind of the variable that is passed on whole, or is text.
func follow(s steps.Step, st steps.StepState) steps.Action {
	if !fresh(st) {
		return steps.Await{}
	}
	params := steps.Values{}
	for name, text := range s.With {
		value, err := st.Vars.Expand(text)
		if err != nil {
			return failed(err)
		}
		kind := s.SaveKinds[name]
		if m := steps.Reference.FindStringSubmatch(text); kind == "" && m != nil && m[0] == text && m[0][1] == '{' {
			kind = st.Vars[m[1]].Kind
		}
		if kind == "" {
			kind = steps.KindText
		}
		if err := kind.Check(name, value); err != nil {
			return failed(err)
		}
		params[name] = steps.Value{Kind: kind, Text: value}
	}
	return steps.Settled{State: steps.Passed, Saves: params}
}
