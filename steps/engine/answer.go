package engine

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// answer closes the open question of the current step.
func (e *Engine) answer(ctx context.Context, a steps.Answered) error {
	s := e.run.Current()
	if s == nil {
		return closed(a.Question)
	}
	st := e.run.Steps[s.ID]
	if st.Phase != steps.PhaseAsked || st.Question != a.Question {
		return closed(a.Question)
	}
	a.By = e.by(a.By)
	fit, err := fits(st.Asked, a)
	if err != nil {
		return e.shown(err)
	}
	if e.cfg.Accept != nil {
		if err := e.cfg.Accept(st.Asked, fit); err != nil {
			return err
		}
	}
	b := e.begin()
	if s.Kind == "decide" { // a decision stands on facts; a do looks at its own before it sends
		stale, err := e.evidence(b, s)
		if err != nil {
			return err
		}
		if stale != nil {
			e.anew(b, s, stale)
			if err := e.push(ctx, b); err != nil {
				return err
			}
			return &steps.Error{Code: steps.CodeStalePlan, What: "The facts of this question are too old: " + names(stale) + ".", Meaning: "nothing was decided.",
				Next: "They are looked at again, and the question is asked anew."}
		}
	}
	if err := b.add(s.ID, fit); err != nil {
		return err
	}
	return e.push(ctx, b)
}

func closed(question uint64) error {
	return &steps.Error{Code: steps.CodeLate, What: fmt.Sprintf("Question %d is not open.", question), Meaning: "nothing of this was recorded.", Next: "Look at what is asked now."}
}

// unfit is an answer that the question does not take; it stays open.
func unfit(format string, a ...any) error {
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf(format, a...), Meaning: "nothing was sent, nothing was recorded.", Next: "Answer again."}
}

// fits holds an answer against its question and gives it as it is recorded: trimmed, with defaults filled in.
func fits(q steps.Asked, a steps.Answered) (steps.Answered, error) {
	a.Value, a.Why, a.Link = strings.TrimSpace(a.Value), strings.TrimSpace(a.Why), strings.TrimSpace(a.Link)
	if a.Link != "" {
		if err := steps.KindURL.Check("link", a.Link); err != nil {
			return a, err
		}
	}
	switch q.Form {
	case steps.FormTick:
		return ticked(q, a)
	case steps.FormAsk:
		return filled(q, a)
	case steps.FormChoose, steps.FormDecide:
		return a, chosen(q, a)
	case steps.FormConfirm:
		if q.Want == "" || !strings.EqualFold(a.Value, strings.TrimSpace(q.Want)) {
			return a, unfit("Not sent: %q is not %q.", a.Value, q.Want)
		}
		return a, nil
	case steps.FormReason:
		if a.Why == "" {
			a.Why, a.Value = a.Value, ""
		}
		if a.Why == "" {
			return a, unfit("An empty line is no reason.")
		}
		return a, nil
	}
	return a, unfit("There is no form %q.", q.Form)
}

var (
	refused = []string{"no", "n", "false"}
	agreed  = []string{"yes", "y", "true", "ok"}
	link    = regexp.MustCompile(`https?://[^\s"'<>\\]+`)
)

// ticked: a tick says that something is done. What its evidence demands has to come with it: words, or a link.
func ticked(q steps.Asked, a steps.Answered) (steps.Answered, error) {
	word := strings.ToLower(a.Value)
	if slices.Contains(refused, word) || word == "" && a.Why == "" && a.Link == "" {
		return a, unfit("That is no tick: type yes, a note or a link.")
	}
	if a.Link == "" {
		a.Link = link.FindString(a.Value + " " + a.Why)
	}
	if a.Why == "" && !slices.Contains(agreed, word) && a.Value != a.Link {
		a.Why = a.Value
	}
	switch {
	case q.Accepts == "note" && a.Why == "" && a.Link == "":
		return a, unfit("This tick needs a note or a link.")
	case q.Accepts == "link" && a.Link == "":
		return a, unfit("This tick needs a link.")
	}
	return a, nil
}

// secretReference is where a secret may be kept. Its value has no place in an answer.
var secretReference = regexp.MustCompile(`^(infisical|deployment|db-password|keyring|memory):\S+$`)

// filled: every field has a value of its kind.
func filled(q steps.Asked, a steps.Answered) (steps.Answered, error) {
	given := a.Values
	a.Values = map[string]string{}
	for _, f := range q.Fields {
		text := strings.TrimSpace(given[f.Name])
		if text == "" {
			text = f.Default
		}
		switch {
		case text == "":
			return a, unfit("%s has no value.", f.Name)
		case f.Kind == steps.KindSecret && !secretReference.MatchString(text):
			return a, unfit("%s takes a reference to where the secret is kept, such as infisical:prod/NAME, never the secret.", f.Name)
		case len(f.Options) > 0 && !slices.Contains(f.Options, text):
			return a, unfit("%s is one of %s.", f.Name, strings.Join(f.Options, ", "))
		}
		if err := f.Kind.Check(f.Name, text); err != nil {
			return a, err
		}
		a.Values[f.Name] = text
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := a.Values[name]; !ok {
			return a, unfit("There is no field %s.", name)
		}
	}
	return a, nil
}

// chosen: what was offered, and not blocked. Going against a recommendation needs words.
func chosen(q steps.Asked, a steps.Answered) error {
	recommended := ""
	for _, c := range q.Choices {
		if c.Recommended {
			recommended = c.Value
		}
	}
	for _, c := range q.Choices {
		switch {
		case c.Value != a.Value:
		case c.Blocked != "":
			return unfit("%s cannot be chosen: %s", a.Value, c.Blocked)
		case q.Form == steps.FormDecide && recommended != "" && a.Value != recommended && a.Why == "":
			return unfit("%s is recommended; another way needs a reason.", recommended)
		default:
			return nil
		}
	}
	return unfit("%q is none of the choices.", a.Value)
}
