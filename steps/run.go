package steps

import (
	"fmt"
	"maps"
	"time"
)

// RunState is where a run stands.
type RunState string

// States of a run. Interrupted is never folded: a list says it of a run that is running or waiting and that nobody holds.
const (
	RunRunning     RunState = "running"
	RunWaiting     RunState = "waiting" // a question is open
	RunHalted      RunState = "paused"
	RunFailedState RunState = "failed"
	RunUnsure      RunState = "unknown"
	RunInterrupted RunState = "interrupted"
	RunDone        RunState = "finished"
	RunDropped     RunState = "aborted"
)

// Run is the fold of a run's events: the same events give the same Run, in the engine, on the screen and in a report.
type Run struct {
	ID        string
	Procedure *Procedure
	Seq       uint64
	Started   RunStarted
	StartedAt time.Time
	EndedAt   time.Time // of the terminal event
	State     RunState
	Stop      any // the body of the event that paused, failed, finished or dropped it; nil while it goes on
	Steps     map[Path]*StepState
	Notes     []Note
	Obliged   map[string]Obliged // open ones of this run
}

// Note is a note or a pinned line, with its place.
type Note struct {
	At   time.Time
	Step Path
	Body any // Noted or Pinned
}

// NewRun is a run of p before its first event.
func NewRun(id string, p *Procedure) *Run {
	r := &Run{ID: id, Procedure: p, Steps: make(map[Path]*StepState, len(p.Steps)), State: RunRunning, Obliged: map[string]Obliged{}}
	for _, s := range p.Steps {
		r.Steps[s.ID] = &StepState{Visit: 1}
	}
	return r
}

// Apply folds one event in. An error means that the journal and the procedure do not belong together.
func (r *Run) Apply(e Event) error {
	st := r.Steps[e.Step]
	if e.Seq != r.Seq+1 || st == nil && e.Step != "" {
		return &Error{Code: CodeJournal, What: fmt.Sprintf("Event %d (%s at %q) does not follow event %d of run %s.", e.Seq, e.Type, e.Step, r.Seq, r.ID),
			Meaning: "nothing has changed.", Next: "runbook audit verify says where the record breaks."}
	}
	r.Seq = e.Seq
	if r.applyRun(e) {
		return nil
	}
	switch b := e.Body.(type) {
	case Noted, Pinned:
		r.Notes = append(r.Notes, Note{e.At, e.Step, b})
	case Obliged:
		r.Obliged[b.ID] = b
	case Discharged:
		delete(r.Obliged, b.ID)
	case Rewound:
		for _, p := range b.Steps {
			if old := r.Steps[p]; old != nil {
				r.Steps[p] = &StepState{Visit: old.Visit + 1, Attempt: old.Attempt}
			}
		}
		r.goOn()
	case Drill:
	default:
		if st == nil {
			return &Error{Code: CodeJournal, What: fmt.Sprintf("Event %d (%s) names no step.", e.Seq, e.Type)}
		}
		st.apply(e)
		r.goOn()
		if _, asked := e.Body.(Asked); asked {
			r.State = RunWaiting
		}
	}
	return nil
}

// goOn notes that the run is being driven.
func (r *Run) goOn() {
	if !r.Over() {
		r.State, r.Stop = RunRunning, nil
	}
}

// applyRun folds the events of the run as a whole and reports whether e was one.
func (r *Run) applyRun(e Event) bool {
	stop := func(s RunState) { r.State, r.Stop = s, e.Body }
	switch b := e.Body.(type) {
	case RunStarted:
		r.Started, r.StartedAt = b, e.At
	case RunResumed:
		r.resume()
	case RunPaused:
		stop(RunHalted)
	case RunFailed:
		stop(RunFailedState)
	case RunUnknown:
		stop(RunUnsure)
	case RunFinished:
		stop(RunDone)
		r.EndedAt = e.At
	case RunAborted:
		stop(RunDropped)
		r.EndedAt = e.At
	default:
		return false
	}
	return true
}

// resume voids plans and confirmations without an intent: they are made anew.
func (r *Run) resume() {
	r.State, r.Stop = RunRunning, nil
	for _, st := range r.Steps {
		switch st.Phase {
		case PhasePlanned, PhaseAsked, PhaseAnswered:
			if st.Plan.Operation != "" {
				st.Phase, st.Plan, st.Question = PhaseEntered, Plan{}, 0
			}
		}
		if st.Phase == PhaseAsked {
			r.State = RunWaiting
		}
	}
}

// Over reports whether the run has ended for good.
func (r *Run) Over() bool { return r.State == RunDone || r.State == RunDropped }

// Current is the first step in document order that is not behind us, nil at the end. One that settled failed or unknown holds
// the run, unless its file says on_fail: note.
func (r *Run) Current() *Step {
	for i := range r.Procedure.Steps {
		s := &r.Procedure.Steps[i]
		if st := r.Steps[s.ID]; st.Phase != PhaseSettled || r.Holds(s) {
			return s
		}
	}
	return nil
}

// Holds reports whether a settled step keeps the run from going on.
func (r *Run) Holds(s *Step) bool {
	st := r.Steps[s.ID]
	return st.Phase == PhaseSettled && (st.State == Failed || st.State == Unknown) && s.OnFail != OnFailNote
}

// Number is a step's place in document order, from 1; 0 where there is none.
func (r *Run) Number(id Path) int {
	for i := range r.Procedure.Steps {
		if r.Procedure.Steps[i].ID == id {
			return i + 1
		}
	}
	return 0
}

// Worst is the worst state that any step has settled in.
func (r *Run) Worst() State {
	worst := Passed
	for _, s := range r.Procedure.Steps {
		if st := r.Steps[s.ID]; st.Phase == PhaseSettled {
			worst = Worse(worst, st.State)
		}
	}
	return worst
}

// Recovered is when the last of the waits that count against the objective ended well; zero while one of them is still to do, has
// not passed, or where the procedure has none. What comes after it, such as telling the team, does not count.
func (r *Run) Recovered() time.Time {
	var at time.Time
	for i := range r.Procedure.Steps {
		s := &r.Procedure.Steps[i]
		if !s.Objective {
			continue
		}
		st := r.Steps[s.ID]
		switch {
		case st.Phase == PhaseSettled && st.State == NotApplicable:
		case st.Phase == PhaseSettled && st.State == Passed:
			if st.SettledAt.After(at) {
				at = st.SettledAt
			}
		default:
			return time.Time{}
		}
	}
	return at
}

// Vars are the variables of a scope: its parameters and what its steps have saved, in document order.
func (r *Run) Vars(scope Path) Values {
	all := map[Path]Values{"": maps.Clone(r.Started.Params)}
	if all[""] == nil {
		all[""] = Values{}
	}
	for i := range r.Procedure.Steps {
		s := &r.Procedure.Steps[i]
		st := r.Steps[s.ID]
		if st.Phase != PhaseSettled {
			continue
		}
		at := s.ID.Scope()
		if s.Kind == "follow" {
			at = s.ID // its parameters
		}
		r.spread(all, at, st.Saves)
	}
	if all[scope] == nil {
		return Values{}
	}
	return all[scope]
}

// spread sets variables in a scope and, where the follow step above saves them, in the scopes above.
func (r *Run) spread(all map[Path]Values, at Path, saves Values) {
	if all[at] == nil {
		all[at] = Values{}
	}
	maps.Copy(all[at], saves)
	if at == "" {
		return
	}
	follow := r.Procedure.Step(at)
	if follow == nil {
		return
	}
	up := Values{}
	for variable, output := range follow.Save {
		if v, ok := saves[output]; ok {
			up[variable] = v
		}
	}
	if len(up) > 0 {
		r.spread(all, at.Scope(), up)
	}
}

// Applies evaluates a step's condition and those of the follow steps above it. A follow step that was skipped or does not apply
// takes its steps with it.
func (r *Run) Applies(s *Step) (bool, error) {
	if scope := s.ID.Scope(); scope != "" {
		follow := r.Procedure.Step(scope)
		if st := r.Steps[scope]; st != nil && st.Phase == PhaseSettled && st.State != Passed {
			return false, nil
		}
		if follow != nil {
			if ok, err := r.Applies(follow); !ok || err != nil {
				return ok, err
			}
		}
	}
	if s.When == nil {
		return true, nil
	}
	return s.When.Eval(r.Vars(s.ID.Scope()))
}

// Age is how old a step's evidence is at now; false where it has none.
func (r *Run) Age(id Path, now time.Time) (time.Duration, bool) {
	st := r.Steps[id]
	if st == nil || st.EvidenceAt.IsZero() {
		return 0, false
	}
	return max(0, now.Sub(st.EvidenceAt)), true
}

// Stale reports whether a step's evidence no longer counts at now: it has none, or it is older than fresh_for.
func (r *Run) Stale(s *Step, now time.Time) bool {
	age, ok := r.Age(s.ID, now)
	return !ok || s.FreshFor > 0 && age > s.FreshFor
}
