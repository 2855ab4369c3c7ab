package plain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// help says the commands.
var help = []string{
	":state tells what is known of production, with ages",
	":log [WORDS] tells the last lines of the log, those with WORDS",
	":show tells the step's document; :copy the command to type by hand",
	":note TEXT keeps a note at this step",
	":skip REASON skips this step, where nothing later needs it",
	":back STEP [REASON] goes back to a step by its number or id; it undoes nothing",
	":card tells the handover card",
	":clock FACTOR sets how fast the practice clock runs while the cloud works",
	":quit leaves; the run is kept",
}

// colon carries out a command and reports whether the run may have moved.
func (s *Session) colon(ctx context.Context, step *steps.Step, text string) (moved bool, err error) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	var command engine.Command
	switch word {
	case ":help", ":?":
		s.lines(help)
		return false, nil
	case ":state":
		s.lines(s.State())
		return false, nil
	case ":log":
		s.lines(s.Log(rest))
		return false, nil
	case ":show":
		s.show(step)
		return false, nil
	case ":copy":
		return false, s.copy(step)
	case ":card":
		s.lines(s.card(step))
		return false, nil
	case ":clock":
		return false, s.clock(ctx, rest)
	case ":note":
		if rest == "" {
			s.line("Type the note behind the command: :note the dashboard loads again")
			return false, nil
		}
		command = engine.Note{Step: step.ID, Text: rest, By: s.Operator}
	case ":skip":
		if rest == "" {
			s.line("Type the reason behind the command, it is kept: :skip INC-90, wrong test data")
			return false, nil
		}
		command = engine.Skip{Step: step.ID, Why: rest, By: s.Operator}
	case ":back":
		if command = s.back(rest); command == nil {
			return false, nil
		}
	case ":quit", ":q":
		command = s.leave(step)
	default:
		s.line("%s is no command. :help lists them.", safe(word))
		return false, nil
	}
	if err := s.Driver.Do(ctx, command); err != nil {
		if e, ok := errors.AsType[*steps.Error](err); ok && e.Code != steps.CodeJournal {
			s.wrong(e)
			return e.Code == steps.CodeLate, nil
		}
		return false, s.soft(err)
	}
	return true, nil
}

func (s *Session) lines(all []string) {
	for _, l := range all {
		s.line("%s", l)
	}
}

// back reads a number or a path.
func (s *Session) back(rest string) engine.Command {
	where, why, _ := strings.Cut(rest, " ")
	to := s.run.Procedure.Step(steps.Path(where))
	if n, err := strconv.Atoi(where); err == nil && n >= 1 && n <= len(s.run.Procedure.Steps) {
		to = &s.run.Procedure.Steps[n-1]
	}
	if to == nil {
		s.line("Type the number or the id of a step behind the command: :back 4")
		return nil
	}
	if why == "" {
		why = "to answer it again"
	}
	return engine.Back{To: to.ID, Why: why, By: s.Operator}
}

func (s *Session) show(step *steps.Step) {
	if s.Prose != nil {
		s.lines(s.Prose(step))
	}
	if step.ByHand != "" {
		s.line("By hand:")
		s.raw(step.ByHand)
	}
}

// copy tells the by-hand block with its variables set, and keeps it in a file where that is possible.
func (s *Session) copy(step *steps.Step) error {
	if step.ByHand == "" || s.ByHand == nil {
		s.line("This step has no command to type by hand.")
		return nil
	}
	text := s.ByHand(step, s.run.Vars(step.ID.Scope()))
	s.raw(text)
	if s.Copy == nil {
		return nil
	}
	path, err := s.Copy(strings.ReplaceAll(string(step.ID), "/", "-")+".sh", text)
	if err != nil {
		s.line("It could not be kept in a file: %s", safe(err.Error()))
		return nil
	}
	s.line("Kept in %s", safe(path))
	return nil
}

// raw writes lines as they are: commands must not be wrapped.
func (s *Session) raw(text string) {
	s.flush()
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		_, _ = fmt.Fprintln(s.Out, l)
	}
}

// card is what a person who takes over needs.
func (s *Session) card(step *steps.Step) []string {
	out := []string{
		fmt.Sprintf("Run %s, %s, by %s.", s.run.ID, safe(s.run.Started.Title), safe(s.run.Started.Operator)),
		fmt.Sprintf("%s, account %s, region %s. %s.", s.Place, s.run.Started.Account, s.run.Started.Region, s.objective()),
		fmt.Sprintf("Now at step %d of %d, %s", s.run.Number(step.ID), len(s.run.Procedure.Steps), stop(safe(step.Title))),
	}
	for i := range s.run.Procedure.Steps {
		st := s.run.Steps[s.run.Procedure.Steps[i].ID]
		if st.Phase == steps.PhaseSettled && st.State != steps.Passed && st.State != steps.NotApplicable {
			out = append(out, fmt.Sprintf("%s, step %d, %s %s", verdicts[st.State], i+1, stop(safe(s.run.Procedure.Steps[i].Title)), stop(safe(st.Why))))
		}
		if st.Sent() {
			out = append(out, fmt.Sprintf("Sent at step %d: %s", i+1, stop(safe(st.Plan.Summary))))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.run.Obliged)) {
		out = append(out, "Still to do: "+stop(safe(s.run.Obliged[id].What)))
	}
	return append(out, "To go on: runbook resume "+s.run.ID)
}

// clock sets or tells how fast the practice clock runs.
func (s *Session) clock(ctx context.Context, rest string) error {
	if s.Speed == nil {
		s.line("This clock is real: it has no factor.")
		return nil
	}
	now, factor, ok := s.Speed()
	if !ok {
		s.line("This clock is real: it has no factor.")
		return nil
	}
	if rest == "" {
		s.line("Clock times %g now, times %g while the cloud works. Type :clock 40 to change that.", now, factor)
		return nil
	}
	f, err := strconv.ParseFloat(strings.TrimPrefix(rest, "x"), 64)
	if err != nil || s.Factor == nil {
		s.line("%s is no factor. Type a number from 1 to 600.", safe(rest))
		return nil
	}
	if err := s.Factor(ctx, f); err != nil {
		s.wrong(err)
		return nil
	}
	s.line("Clock times %g while the cloud works.", f)
	return nil
}

// sorted are the names of values, in order.
func sorted(vs steps.Values) []string { return slices.Sorted(maps.Keys(vs)) }
