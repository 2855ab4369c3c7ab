package plain

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// line writes one thought. The line that opens a step takes it up where both fit.
func (s *Session) line(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	if s.held != "" {
		if joined := s.held + " " + text; len([]rune(joined)) <= Width && !strings.Contains(text, "\n") {
			text, s.held = joined, ""
		}
	}
	s.flush()
	for _, l := range Wrap(text, Width) {
		_, _ = fmt.Fprintln(s.Out, l) // a reader that went away shows in the run's own stop
	}
}

// flush writes a step's opening line that nothing has taken up.
func (s *Session) flush() {
	if s.held == "" {
		return
	}
	text := s.held
	s.held = ""
	for _, l := range Wrap(text, Width) {
		_, _ = fmt.Fprintln(s.Out, l)
	}
}

// tell says one event.
func (s *Session) tell(e steps.Event) {
	if e.Seq <= s.From {
		return
	}
	s.told, s.toldAt = "", 0
	switch b := e.Body.(type) {
	case steps.RunStarted:
		s.opening(b)
	case steps.RunResumed:
		s.line("Run %s goes on, %s. %s. Commands begin with a colon, :help lists them.", s.run.ID, safe(s.run.Started.Title), s.objective())
	case steps.Entered:
		s.flush()
		s.held = fmt.Sprintf("Step %d of %d, %s, %s", b.Number, b.Total, b.Kind, stop(safe(b.Title)))
	case steps.Observed:
		s.observed(b)
	case steps.Settled:
		s.settled(e.Step, b)
	case steps.Noted:
		s.line("Noted: %s", stop(safe(b.Text)))
	case steps.Pinned:
		s.line("Kept as evidence: %s", safe(b.Line))
	case steps.Rewound:
		s.line("Again: %d steps. %s", len(b.Steps), stop(safe(b.Why)))
	case steps.Obliged:
		s.line("Still to do: %s Closed by: %s", stop(safe(b.What)), stop(safe(b.Closes)))
	case steps.Discharged:
		s.line("No longer to do: %s", stop(safe(b.How)))
	default:
		s.effect(e)
	}
}

// effect says the events around a change.
func (s *Session) effect(e steps.Event) {
	switch b := e.Body.(type) {
	case steps.Planned:
		s.line("This changes the cloud. Plan:")
		for _, l := range PlanLines(b.Plan) {
			s.line("%s", l)
		}
	case steps.Lapsed:
		s.line("Not sent: the plan has lapsed. %s Nothing has changed.", stop(safe(b.Why)))
	case steps.Resulted:
		s.resulted(e, b)
	case steps.Resolved:
		s.finding(b.Finding, b.By)
	case steps.Verified:
		s.finding(b.Finding, b.By)
	}
}

func (s *Session) resulted(e steps.Event, b steps.Resulted) {
	sent := clockTime(s.run.Steps[e.Step].IntentAt)
	switch b.Outcome {
	case "":
		s.line("Sent once, %s.", sent)
	case steps.CodeRejected:
		s.line("Refused: %s Nothing has changed.", stop(safe(b.Error)))
	case steps.CodeNotSent:
		s.line("Not sent: %s Nothing has changed.", stop(safe(b.Error)))
	default:
		s.line("Sent once, %s.", sent)
		s.line("Unknown: %s Looking. Nothing is sent again.", stop(safe(b.Error)))
	}
}

func (s *Session) finding(f steps.Finding, by string) {
	why := stop(safe(f.Why))
	if by != "" {
		why += " Said by " + safe(by) + "."
	}
	switch f.Is {
	case steps.Landed:
		s.line("Done: %s", why)
	case steps.Absent:
		s.line("Nothing has changed: %s", why)
	case steps.Foreign:
		s.line("Fail: somebody else's change is there. %s", why)
	case steps.Broken:
		s.line("Fail: %s", why)
	default:
		s.line("Unknown: %s", why)
	}
}

func (s *Session) opening(b steps.RunStarted) {
	s.line("Run %s. %s%s. %d steps. %s.", s.run.ID, safe(b.Title), params(b.Params), b.Total, s.objective())
	if s.Answers == nil && s.Input != nil {
		s.line("Commands begin with a colon: :state :log :note :skip :back :copy :card :clock :help :quit")
	}
}

// params names the parameters' values, in the order of their names.
func params(vs steps.Values) string {
	out := ""
	for _, name := range sorted(vs) {
		if vs[name].Kind != steps.KindSecret && vs[name].Text != "" {
			out += ", " + safe(vs[name].Text)
		}
	}
	return out
}

// used is how much of the objective's time is gone, and since when it counts.
func (s *Session) used(now time.Time) time.Duration {
	if back := s.run.Recovered(); !back.IsZero() {
		now = back
	}
	if !s.run.Started.FaultAt.IsZero() {
		return now.Sub(s.run.Started.FaultAt)
	}
	return now.Sub(s.run.StartedAt)
}

// objective says the clock.
func (s *Session) objective() string {
	rto := s.run.Procedure.Objective.RTO
	if rto == 0 {
		return "No clock"
	}
	return fmt.Sprintf("RTO %s, %s used", Words(rto), Words(s.used(s.Clock.Now())))
}

// near warns when the objective's time is nearly gone; "" while it is not.
func (s *Session) near(now time.Time) string {
	rto := s.run.Procedure.Objective.RTO
	used := s.used(now)
	switch {
	case rto == 0 || used < rto*8/10:
		return ""
	case used > rto:
		return fmt.Sprintf(" Fail: RTO of %s passed by %s.", Words(rto), Words(used-rto))
	}
	return fmt.Sprintf(" Warn: RTO %s of %s, %s left.", Words(used), Words(rto), Words(rto-used))
}

func (s *Session) observed(b steps.Observed) {
	if len(b.Choices) > 0 || b.Verdict == "" {
		return // the question shows them
	}
	s.line("%s: %s", verdicts[b.Verdict], stop(safe(b.Summary)))
	if b.Verdict == steps.Passed {
		return
	}
	for _, f := range b.Facts {
		word := ""
		if f.State != "" && f.State != steps.Passed {
			word = verdicts[f.State] + ", "
		}
		s.line("%s%s: %s", word, safe(f.Label), stop(safe(f.Text)))
	}
}

// settled says how a step ended, where the events before it have not.
func (s *Session) settled(id steps.Path, b steps.Settled) {
	step := s.run.Procedure.Step(id)
	if step == nil {
		return
	}
	by := ""
	if b.By != "" {
		by = " by " + safe(b.By)
	}
	switch b.State {
	case steps.Skipped:
		s.line("Skipped%s: %s", by, stop(safe(b.Why)))
	case steps.Approved:
		s.line("Pass, by approval%s: %s", by, stop(safe(b.Why)))
	case steps.NotApplicable:
		if s.held == "" {
			s.held = fmt.Sprintf("Step %d of %d, %s, %s", s.run.Number(id), len(s.run.Procedure.Steps), step.Kind, stop(safe(step.Title)))
		}
		s.line("Not needed. %s", stop(safe(b.Why)))
	case steps.Failed, steps.Unknown:
		if b.Why != "" && b.Why != s.run.Steps[id].Evidence.Summary {
			s.line("%s: %s", verdicts[b.State], stop(safe(b.Why)))
		}
	default:
		s.kept(step, b)
	}
	s.flush()
}

// kept says what a question's step has kept.
func (s *Session) kept(step *steps.Step, b steps.Settled) {
	a := s.run.Steps[step.ID].Answer
	switch step.Kind {
	case "choose", "decide":
		if a.Value != "" {
			s.line("Kept: %s. Nothing was sent.", safe(a.Value))
		} else if len(b.Saves) > 0 {
			s.line("Kept: %s. Given before, so nobody was asked.", strings.TrimPrefix(params(b.Saves), ", "))
		}
	case "tick":
		s.line("Done: %s", stop(safe(strings.TrimSpace(a.Value+" "+a.Why+" "+a.Link))))
	case "ask":
		s.line("Kept.")
	}
}

// figures are what moves in a summary by itself, such as a length of time.
var figures = regexp.MustCompile(`[0-9]+(:[0-9]+)*`)

// progress says what goes on, when something changed, at 15, 30 and 60 seconds, and then each minute of the cloud's clock.
func (s *Session) progress(p engine.Progress) {
	if p.Doing == "" || p.Since.IsZero() {
		return
	}
	now := s.Clock.Now()
	gone := now.Sub(p.Since)
	if st := s.run.Steps[p.Step]; st != nil && !st.EnteredAt.IsZero() {
		gone = now.Sub(st.EnteredAt)
	}
	what := safe(p.Seen.Summary)
	if p.Error != nil {
		what = safe(p.Error.What)
	}
	due := mark(gone)
	if step := s.run.Procedure.Step(p.Step); step != nil && step.Kind != "wait" && p.Doing != "resolving" && due == 0 {
		return // a look of a moment tells its verdict, which comes next
	}
	shape := figures.ReplaceAllString(what, "")
	if what == "" && gone < 15*time.Second || shape == s.told && due <= s.toldAt {
		return
	}
	s.told, s.toldAt = shape, due
	if what == "" {
		what = p.Doing
	}
	s.flush()
	s.line("Waiting %s. %s%s", Words(gone), stop(what), s.near(now))
}

// mark is the last of the moments at which progress is told anyway.
func mark(gone time.Duration) time.Duration {
	switch {
	case gone < 15*time.Second:
		return 0
	case gone < 30*time.Second:
		return 15 * time.Second
	case gone < time.Minute:
		return 30 * time.Second
	}
	return gone.Truncate(time.Minute)
}

// close says how the run stands when its driving ends.
func (s *Session) close() {
	s.flush()
	number, total := 0, len(s.run.Procedure.Steps)
	if step := s.run.Current(); step != nil {
		number = s.run.Number(step.ID)
	}
	switch b := s.run.Stop.(type) {
	case steps.RunFinished:
		s.line("Done: %d of %d steps%s. Record: runbook report %s", total, total, s.met(), s.run.ID)
		if w := verdicts[b.Worst]; b.Worst != steps.Passed && w != "" {
			s.line("Worst verdict of a step: %s.", strings.ToLower(w))
		}
	case steps.RunAborted:
		s.line("Dropped by %s: %s Record: runbook report %s", safe(b.By), stop(safe(b.Why)), s.run.ID)
	case steps.RunFailed:
		s.line("Fail: %s Back with: runbook resume %s", stop(safe(b.Error)), s.run.ID)
	case steps.RunUnknown:
		s.line("Unknown: %s Back with: runbook resume %s", stop(safe(b.Error)), s.run.ID)
	case steps.RunPaused:
		s.line("Left at step %d of %d: %s Back with: runbook resume %s", number, total, stop(safe(reason(b))), s.run.ID)
	}
}

// reason is why a run was paused.
func reason(b steps.RunPaused) string {
	if b.Text != "" {
		return b.Text
	}
	return string(b.Why)
}

// met compares the run with its objective.
func (s *Session) met() string {
	rto := s.run.Procedure.Objective.RTO
	if rto == 0 {
		return ""
	}
	return fmt.Sprintf(", RTO %s of %s", Words(s.used(s.run.EndedAt)), Words(rto))
}
