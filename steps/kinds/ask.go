package kinds

import (
	"slices"

	"github.com/JustAJobApp/runbook/steps"
)

// ask takes values for named fields. Where a parameter holds all of them already, and they fit, nobody is asked.
func ask(s steps.Step, st steps.StepState) steps.Action {
	switch {
	case fresh(st):
		if saves, ok := preset(s, st.Preset); ok {
			return steps.Settled{State: steps.Passed, Why: "given at the start", Saves: saves}
		}
		prompt, err := st.Vars.Expand(s.Use)
		if err != nil {
			return failed(err)
		}
		fields := slices.Clone(s.Fields)
		for i, f := range fields {
			if v, ok := st.Preset[f.Name]; ok {
				fields[i].Default = v.Text
			} else if fields[i].Default, err = st.Vars.Expand(f.Default); err != nil {
				return failed(err)
			}
			if fields[i].Prompt, err = st.Vars.Expand(f.Prompt); err != nil {
				return failed(err)
			}
		}
		return steps.Asked{Form: steps.FormAsk, Prompt: prompt, Fields: fields}
	case st.Phase == steps.PhaseAnswered:
		saves := steps.Values{}
		for _, f := range s.Fields {
			saves[f.Name] = steps.Value{Kind: f.Kind, Text: st.Answer.Values[f.Name]}
		}
		return steps.Settled{State: steps.Passed, Why: st.Answer.Why, By: st.Answer.By, Saves: saves}
	}
	return steps.Await{}
}

// preset gives the fields' values where parameters hold every one of them and they fit.
func preset(s steps.Step, given steps.Values) (steps.Values, bool) {
	out := steps.Values{}
	for _, f := range s.Fields {
		v, ok := given[f.Name]
		if !ok || f.Kind.Check(f.Name, v.Text) != nil || len(f.Options) > 0 && !slices.Contains(f.Options, v.Text) {
			return nil, false
		}
		out[f.Name] = steps.Value{Kind: f.Kind, Text: v.Text}
	}
	return out, len(s.Fields) > 0
}
