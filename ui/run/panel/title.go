package panel

import (
	"fmt"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// title is the step's number within its procedure and its title, with variables filled in as far as they are known.
func (in *In) title() string {
	n, _ := Place(in.Run, in.Step)
	return fmt.Sprintf("Step %d · %s", n, Name(in.Run, in.Step))
}

// Name is a step's title with variables filled in as they are called on screens: backend.12 for an image.
func Name(run *steps.Run, s *steps.Step) string { return expand(run, s, s.Title, Short) }

// Expand fills variables into a text for people; one without a value stands by its name.
func Expand(run *steps.Run, s *steps.Step, text string) string {
	return expand(run, s, text, func(v steps.Value) string { return v.Text })
}

func expand(run *steps.Run, s *steps.Step, text string, write func(steps.Value) string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	vars := run.Vars(s.ID.Scope())
	return steps.Reference.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasPrefix(m, "$$") {
			return m[1:]
		}
		name := m[2 : len(m)-1]
		if v, ok := vars[name]; ok {
			return write(v)
		}
		return strings.ReplaceAll(name, "_", " ")
	})
}

// Place is a step's number among the steps of its own scope, from 1, and how many those are.
func Place(run *steps.Run, s *steps.Step) (n, of int) {
	for i := range run.Procedure.Steps {
		if run.Procedure.Steps[i].ID.Scope() != s.ID.Scope() {
			continue
		}
		of++
		if run.Procedure.Steps[i].ID == s.ID {
			n = of
		}
	}
	return n, of
}

// tag stands at the right end of the panel's title.
func (in *In) tag() rows.Span {
	st := in.State()
	switch {
	case in.Watching != "":
		return rows.S("WATCHING · " + in.Watching + " holds this run")
	case in.Run.Over() && in.Step.ID == in.lastID():
		return rows.S("the run is over")
	case !in.Here():
		return rows.S("looking at another step")
	case st.Open() && in.Busy() != "sending":
		return rows.R(rows.Reverse, "? OUTCOME UNKNOWN")
	}
	if s, ok := in.stopTag(); ok {
		return s
	}
	switch in.Step.Kind {
	case "do":
		return rows.S("◆ changes " + in.cloud())
	case "wait":
		if in.Factor > 0 {
			return rows.S("wait · clock ×" + Factor(in.Factor))
		}
	case "ask":
		if len(in.Typed.Form) > 1 {
			return rows.S(fmt.Sprintf("ask, field %d of %d", in.Typed.At+1, len(in.Typed.Form)))
		}
	}
	return rows.S(in.Step.Kind)
}

func (in *In) stopTag() (rows.Span, bool) {
	if b, ok := in.Run.Stop.(steps.RunPaused); ok {
		if word := pauseWord[b.Why]; word != "" {
			return rows.R(rows.Warn, "! PAUSED: "+word), true
		}
		return rows.R(rows.Warn, "! PAUSED"), true
	}
	if e := in.Progress.Error; e != nil && in.Progress.Step == in.Step.ID {
		switch e.Code {
		case steps.CodeUnreachable:
			return rows.R(rows.Warn, "! CLOUD NOT REACHED"), true
		case steps.CodeThrottled:
			return rows.R(rows.Warn, "! ASKED TO SLOW DOWN"), true
		case steps.CodeCredentials:
			return rows.R(rows.Warn, "! CREDENTIALS"), true
		}
	}
	return rows.Span{}, false
}

var pauseWord = map[steps.Code]string{steps.CodeCredentials: "CREDENTIALS EXPIRED", steps.CodePlace: "NOT THE RIGHT PLACE", steps.CodeUnreachable: "CLOUD NOT REACHED",
	steps.CodeThrottled: "ASKED TO SLOW DOWN", steps.CodeStalePlan: "THE PLAN IS OLD", steps.CodeGate: "A WORD IS MISSING", steps.CodeHeld: "HELD ELSEWHERE"}

// cloud names what a do changes.
func (in *In) cloud() string {
	if in.Production {
		return "PRODUCTION"
	}
	return "the practice cloud"
}

// Factor writes a clock's factor.
func Factor(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

// Crumbs is the way from the run's procedure to the one that the step stands in.
func Crumbs(run *steps.Run, s *steps.Step) []string {
	out := []string{run.Procedure.ID}
	scope := s.ID.Scope()
	if scope == "" {
		return out
	}
	parts := strings.Split(string(scope), "/")
	for i := range parts {
		if f := run.Procedure.Step(steps.Path(strings.Join(parts[:i+1], "/"))); f != nil {
			out = append(out, f.Use)
		}
	}
	return out
}

// Heading is the title of the procedure that the step stands in.
func Heading(run *steps.Run, s *steps.Step) string {
	if f := run.Procedure.Step(s.ID.Scope()); f != nil {
		return Name(run, f)
	}
	return run.Procedure.Title
}

// Objective is the run's recovery clock at now, with its role; false where the procedure has none.
func Objective(run *steps.Run, now time.Time) (rows.Span, bool) {
	rto := run.Procedure.Objective.RTO
	if rto <= 0 {
		return rows.Span{}, false
	}
	used := Used(run, now)
	back := !run.Recovered().IsZero()
	switch {
	case back && used > rto:
		return rows.R(rows.Bad, fmt.Sprintf("✗ RTO %s, back after %s", rows.Length(rto), rows.Length(used))), true
	case back:
		return rows.R(rows.OK, fmt.Sprintf("✓ back after %s of %s", rows.Length(used), rows.Length(rto))), true
	case used > rto:
		return rows.R(rows.Bad, fmt.Sprintf("✗ RTO passed by %s (%s)", rows.Length(used-rto), rows.Length(rto))), true
	case used >= rto*8/10:
		return rows.R(rows.Warn, fmt.Sprintf("! RTO %s of %s · %s left", rows.Length(used), rows.Length(rto), rows.About(rto-used))), true
	}
	return rows.S(fmt.Sprintf("RTO %s of %s", rows.Length(used), rows.Length(rto))), true
}

// Used is how much of the objective has gone: from the fault's beginning if it is known, else from the run's start, until what the
// objective counts is back. It never stops for a pause.
func Used(run *steps.Run, now time.Time) time.Duration {
	from, to := run.Started.FaultAt, now
	if from.IsZero() {
		from = run.StartedAt
	}
	if back := run.Recovered(); !back.IsZero() {
		to = back
	} else if !run.EndedAt.IsZero() {
		to = run.EndedAt
	}
	if from.IsZero() {
		return 0
	}
	return max(0, to.Sub(from))
}

// clock writes a moment of today as 07:04:08.
func (in *In) clock(t time.Time) string { return t.In(in.Zone).Format("15:04:05") }

// ago is the age of something seen at t.
func (in *In) ago(t time.Time) string { return rows.Ago(max(0, in.Now.Sub(t))) }
