package engine

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// refreshes is how often evidence is made anew before a step that needs it gives up: some evidence ages faster than the rest of
// it can be collected.
const refreshes = 3

// refresh deals with evidence that a step needs and that is missing or too old. It reports whether b now says what comes first:
// the step has failed, or evidence is looked at again.
func (e *Engine) refresh(b *batch, s *steps.Step) bool {
	stale, err := e.evidence(b, s)
	if err != nil {
		b.fail(s.ID, err)
		return true
	}
	if stale == nil {
		return false
	}
	st := b.run.Steps[s.ID]
	if st.Phase == "" || st.Phase == steps.PhaseEntered {
		v := visit{s.ID, st.Visit}
		if e.rounds[v]++; e.rounds[v] > refreshes {
			b.fail(s.ID, &steps.Error{Code: steps.CodeStalePlan, What: "The evidence that this step needs gets too old while it is collected: " + names(stale) + ".",
				Meaning: "nothing was sent.", Next: "Look again, or have the procedure give it more time."})
			return true
		}
	}
	e.anew(b, s, stale)
	return true
}

// evidence lists what a step needs and what is too old; an error says what is missing or has failed.
func (e *Engine) evidence(b *batch, s *steps.Step) ([]steps.Path, error) {
	var stale []steps.Path
	for _, id := range s.Needs {
		n, st := b.run.Procedure.Step(id), b.run.Steps[id]
		if n == nil || st.Phase != steps.PhaseSettled {
			return nil, &steps.Error{Code: steps.CodeFailed, What: fmt.Sprintf("This step needs %s, which has not been done.", id), Meaning: "nothing was sent.", Next: "Do that step first."}
		}
		switch st.State {
		case steps.Failed, steps.Unknown:
			return nil, &steps.Error{Code: steps.CodeFailed, What: fmt.Sprintf("This step needs %s (%s), which is %s. %s", id, n.Title, st.State, st.Why),
				Meaning: "nothing was sent.", Next: "Look again at that step, or have it approved."}
		case steps.Passed, steps.Warned:
			if n.FreshFor > 0 && b.run.Stale(n, b.at) {
				stale = append(stale, id)
			}
		}
	}
	return stale, nil
}

// anew begins new visits of stale evidence; a confirmation or an answer that rests on it is dropped.
func (e *Engine) anew(b *batch, s *steps.Step, stale []steps.Path) {
	why := "evidence is too old: " + names(stale)
	switch b.run.Steps[s.ID].Phase {
	case steps.PhaseAsked, steps.PhaseAnswered:
		_ = b.add(s.ID, steps.Lapsed{Why: "Nothing was sent: " + why + ".", Moved: spelled(stale)})
	}
	e.rewind(b, steps.Rewound{Steps: stale, Why: why})
}

// rewind begins new visits, which may start although the run is held: somebody asked for them.
func (e *Engine) rewind(b *batch, r steps.Rewound) {
	if b.add("", r) != nil {
		return
	}
	for _, p := range r.Steps {
		e.granted[p] = b.run.Steps[p].Visit
	}
}

func names(paths []steps.Path) string { return strings.Join(spelled(paths), ", ") }

func spelled(paths []steps.Path) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = string(p)
	}
	return out
}
