package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/answers"
)

// choice is an entry of a menu.
type choice struct {
	label   string
	command func(why string) engine.Command
	reason  string // the prompt for a reason; "" where none is wanted
}

// errGate ends a question without an answer: the input has ended, or a command moved the run.
var errGate = errors.New("no answer")

// errMoved: a command has changed the run, so the question is looked at anew.
var errMoved = errors.New("the run has moved")

// prompt asks for one line. An empty line repeats the prompt and answers nothing; colon commands are carried out.
func (s *Session) prompt(ctx context.Context, step *steps.Step, text string) (string, error) {
	s.flush()
	if s.Input == nil {
		return "", errGate
	}
	for {
		s.Input.Drop()
		lines := Wrap(text, Width-3)
		for i, l := range lines {
			if i < len(lines)-1 {
				_, _ = fmt.Fprintln(s.Out, l)
			} else {
				_, _ = fmt.Fprint(s.Out, l+" > ")
			}
		}
		got, err := s.Input.Read(ctx)
		if !s.Input.Terminal || err != nil {
			_, _ = fmt.Fprintln(s.Out, safe(got)) // a pipe echoes nothing: the record of the session stays readable
		}
		if errors.Is(err, io.EOF) {
			return "", errGate
		}
		if err != nil {
			return "", err
		}
		got = strings.TrimSpace(got)
		if strings.HasPrefix(got, ":") {
			moved, err := s.colon(ctx, step, got)
			if err != nil || moved {
				return "", cmpErr(err)
			}
			continue
		}
		if got != "" {
			return got, nil
		}
	}
}

func cmpErr(err error) error {
	if err != nil {
		return err
	}
	return errMoved
}

// ask puts the open question to a person.
func (s *Session) ask(ctx context.Context, step *steps.Step, st *steps.StepState) error {
	a := steps.Answered{Question: st.Question, By: s.Operator, Via: steps.ViaPlain}
	s.present(st.Asked)
	for {
		err := s.fill(ctx, step, st.Asked, &a)
		if err == nil {
			err = s.Driver.Do(ctx, engine.Answer{Answered: a})
			if steps.CodeOf(err) == steps.CodeInput {
				s.refused(st.Asked, a, err)
				continue
			}
			return s.soft(err)
		}
		return s.unanswered(step, st, err)
	}
}

// unanswered ends a question that nobody answered.
func (s *Session) unanswered(step *steps.Step, st *steps.StepState, err error) error {
	switch {
	case errors.Is(err, errMoved):
		s.answered = 0 // if it is still open it is asked again
		return nil
	case errors.Is(err, errGate):
		why := "the input has ended at " + step.Title
		if st.Asked.Form == steps.FormConfirm && s.Input != nil && !s.Input.Terminal {
			why = "the name that sends is read from a terminal or from --answers only"
		}
		return s.pause(steps.CodeGate, why)
	}
	return s.soft(err) // the context: Run tells the interruption
}

// refused says why an answer does not count.
func (s *Session) refused(q steps.Asked, a steps.Answered, err error) {
	if q.Form == steps.FormConfirm {
		s.line("Not sent: %s is not %s. Nothing has changed.", safe(a.Value), safe(q.Want))
		return
	}
	s.wrong(err)
}

// wrong says an error that leaves everything as it is: what it is, and what to do.
func (s *Session) wrong(err error) {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		s.line("%s %s", stop(safe(e.What)), stop(safe(e.Next)))
		return
	}
	s.line("%s", stop(safe(err.Error())))
}

// present says a question's choices and facts.
func (s *Session) present(q steps.Asked) {
	facts := q.Facts
	if q.Form == steps.FormConfirm { // they are the plan's, which has just been said
		facts = nil
	}
	for _, f := range facts {
		word := ""
		if f.State != "" {
			word = verdicts[f.State] + ", "
		}
		s.line("%s%s: %s", word, safe(f.Label), stop(safe(f.Text)))
	}
	if q.Form != steps.FormChoose && q.Form != steps.FormDecide {
		if q.Form == steps.FormTick || q.Form == steps.FormReason {
			s.line("%s", stop(safe(q.Prompt)))
		}
		return
	}
	if q.Form == steps.FormDecide {
		s.line("%s", stop(safe(q.Prompt)))
	}
	n := 0
	for _, c := range q.Choices {
		text := safe(c.Value)
		if cells := strings.Join(mapped(c.Cells, safe), ", "); cells != "" && cells != text {
			text += ": " + cells
		}
		if c.Blocked != "" {
			s.line("Not to choose: %s. %s", text, title(stop(safe(c.Blocked))))
			continue
		}
		n++
		if c.Note != "" {
			text += ". " + title(safe(c.Note))
		}
		if c.Recommended {
			text += ". Recommended"
			if q.Because != "" {
				text += ": " + safe(q.Because)
			}
		}
		s.line("%d: %s", n, stop(text))
	}
}

func mapped(in []string, f func(string) string) []string {
	var out []string
	for _, t := range in {
		if t = f(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// fill reads an answer of the question's form.
func (s *Session) fill(ctx context.Context, step *steps.Step, q steps.Asked, a *steps.Answered) (err error) {
	switch q.Form {
	case steps.FormAsk:
		return s.fields(ctx, step, q, a)
	case steps.FormChoose, steps.FormDecide:
		return s.choose(ctx, step, q, a)
	case steps.FormConfirm:
		if s.Input == nil || !s.Input.Terminal {
			return errGate
		}
		a.Value, err = s.prompt(ctx, step, fmt.Sprintf("%s. Type %s to send it once; anything else sends nothing", s.Place, safe(q.Want)))
		return err
	case steps.FormReason:
		a.Why, err = s.prompt(ctx, step, "Type the reason to go on, it is kept for the record")
		return err
	}
	text, err := s.prompt(ctx, step, tickPrompt(q.Accepts))
	if err != nil {
		return err
	}
	if slices.Contains([]string{"no", "n", "false"}, strings.ToLower(text)) {
		return errGate
	}
	a.Value, a.Why, a.Link = answers.Word(text)
	return nil
}

func tickPrompt(accepts string) string {
	switch accepts {
	case "note":
		return "Type a note or a link, or :quit"
	case "link":
		return "Type a link, or :quit"
	}
	return "Type yes, or a note or a link"
}

// fields asks one field after the other.
func (s *Session) fields(ctx context.Context, step *steps.Step, q steps.Asked, a *steps.Answered) error {
	a.Values = map[string]string{}
	for _, f := range q.Fields {
		text := safe(f.Prompt)
		if text == "" {
			text = f.Name
		}
		if len(f.Options) > 0 {
			text += ": " + safe(strings.Join(f.Options, ", "))
		}
		if f.Default != "" {
			text += fmt.Sprintf(". Type = for %s", safe(f.Default))
		}
		for {
			got, err := s.prompt(ctx, step, text)
			if err != nil {
				return err
			}
			if got == "=" && f.Default != "" {
				got = f.Default
			}
			if err := f.Kind.Check(f.Name, got); err == nil {
				a.Values[f.Name] = got
				break
			} else {
				s.wrong(err)
			}
		}
	}
	return nil
}

// choose reads a number or a name, and a reason where the recommendation is not taken.
func (s *Session) choose(ctx context.Context, step *steps.Step, q steps.Asked, a *steps.Answered) error {
	var open []steps.Choice
	for _, c := range q.Choices {
		if c.Blocked == "" {
			open = append(open, c)
		}
	}
	text := fmt.Sprintf("Type 1 to %d or a name", len(open))
	if len(open) == 1 {
		text = "Type 1 or the name"
	}
	got, err := s.prompt(ctx, step, text)
	if err != nil {
		return err
	}
	a.Value, a.Why = answers.Short(q, got), ""
	if n, err := strconv.Atoi(got); err == nil && n >= 1 && n <= len(open) {
		a.Value = open[n-1].Value
	}
	advised := slices.ContainsFunc(open, func(c steps.Choice) bool { return c.Recommended })
	taken := slices.ContainsFunc(open, func(c steps.Choice) bool { return c.Recommended && c.Value == a.Value })
	known := slices.ContainsFunc(open, func(c steps.Choice) bool { return c.Value == a.Value })
	if q.Form == steps.FormDecide && advised && known && !taken {
		a.Why, err = s.prompt(ctx, step, "It is not what is recommended. Type the reason, it is kept for the record")
	}
	return err
}

// menu offers what can be done about a step that holds the run.
func (s *Session) menu(ctx context.Context, step *steps.Step, st *steps.StepState, entries []choice) error {
	if st.Phase == steps.PhaseSettled && step.Undo != "" {
		s.line("To undo: %s", stop(safe(step.Undo)))
	}
	var labels []string
	for i, e := range entries {
		labels = append(labels, fmt.Sprintf("%d %s", i+1, e.label))
	}
	text := fmt.Sprintf("Next: %s. Type 1 to %d", strings.Join(labels, ", "), len(entries))
	for {
		got, err := s.prompt(ctx, step, text)
		if err != nil {
			return s.unanswered(step, st, err)
		}
		n, err := strconv.Atoi(got)
		if err != nil || n < 1 || n > len(entries) {
			s.line("%s is none of 1 to %d.", safe(got), len(entries))
			continue
		}
		why := ""
		if entries[n-1].reason != "" {
			if why, err = s.prompt(ctx, step, entries[n-1].reason); err != nil {
				return s.unanswered(step, st, err)
			}
		}
		err = s.soft(s.Driver.Do(ctx, entries[n-1].command(why)))
		if err == nil {
			return nil
		}
		if c := steps.CodeOf(err); c == steps.CodeJournal || c == steps.CodeHeld {
			return err
		}
		s.wrong(err)
	}
}
