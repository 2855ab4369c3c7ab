package journal

import (
	"slices"

	"github.com/JustAJobApp/runbook/steps"
)

// Fold is what a journal knows of one run beside its events. It folds them with the domain's own code, so that a list and a screen
// cannot disagree.
type Fold struct {
	Summary steps.RunSummary
	run     *steps.Run
	entered map[steps.Path]steps.Entered
}

// NewFold is a run before its first event.
func NewFold(run string) *Fold {
	return &Fold{Summary: steps.RunSummary{ID: run}, run: steps.NewRun(run, &steps.Procedure{}), entered: map[steps.Path]steps.Entered{}}
}

// Effects are what an event changes in the projections that outlive its run; nil and empty where it does not.
type Effects struct {
	Opened      *steps.OpenIntent // an intent whose outcome is not known
	Known       bool              // the open intent of the event's step is closed
	Unknown     bool              // that of the event's step is open again: it was looked for, and only a person can tell
	Obliged     *steps.OpenObligation
	Discharged  string // id
	Release     *steps.Release
	Environment string // all of this is about it
}

// Apply folds one event in and says what it changes elsewhere. After an error the fold must be made anew.
func (f *Fold) Apply(e steps.Event, hash string) (Effects, error) {
	for _, p := range touched(e) {
		if f.run.Steps[p] == nil {
			f.run.Procedure.Steps = append(f.run.Procedure.Steps, steps.Step{ID: p})
			f.run.Steps[p] = &steps.StepState{Visit: 1}
		}
	}
	if err := f.run.Apply(e); err != nil {
		return Effects{}, err
	}
	f.summarise(e, hash)
	return f.effects(e), nil
}

// touched are the steps that an event is about.
func touched(e steps.Event) []steps.Path {
	var out []steps.Path
	if e.Step != "" {
		out = append(out, e.Step)
	}
	if b, ok := e.Body.(steps.Rewound); ok {
		out = append(out, b.Steps...)
	}
	return out
}

func (f *Fold) summarise(e steps.Event, hash string) {
	s := &f.Summary
	s.State, s.Updated, s.Head, s.Events = f.run.State, e.At.UTC(), hash, e.Seq
	switch b := e.Body.(type) {
	case steps.RunStarted:
		s.Procedure, s.Title, s.Environment, s.Account, s.Region = b.Procedure, b.Title, b.Environment, b.Account, b.Region
		s.Operator, s.Host, s.Program, s.Params, s.Total, s.Started = b.Operator, b.Host, b.Program, b.Params, b.Total, e.At.UTC()
	case steps.RunResumed:
		s.Operator, s.Host, s.Program = b.Operator, b.Host, b.Program
	case steps.Entered:
		f.entered[e.Step] = b
		s.Total = max(s.Total, b.Total)
	case steps.RunFinished, steps.RunAborted:
		s.Finished = e.At.UTC()
	}
	if e.Step != "" && !aside(e.Body) {
		s.Step = e.Step
	}
	at := f.entered[s.Step]
	s.StepTitle, s.Number = at.Title, at.Number
	s.Worst = f.worst()
	if b, ok := e.Body.(steps.RunFinished); ok && b.Worst != "" {
		s.Worst = b.Worst
	}
}

// aside reports whether a body says nothing of where the run stands.
func aside(body any) bool {
	switch body.(type) {
	case steps.Noted, steps.Pinned, steps.Drill, steps.Obliged, steps.Discharged, steps.RunPaused, steps.RunFailed, steps.RunUnknown:
		return true
	}
	return false
}

// worst is the worst state that any step has settled in, "" while none has.
func (f *Fold) worst() steps.State {
	if !slices.ContainsFunc(f.run.Procedure.Steps, func(s steps.Step) bool { return f.run.Steps[s.ID].Phase == steps.PhaseSettled }) {
		return ""
	}
	return f.run.Worst()
}

func (f *Fold) effects(e steps.Event) Effects {
	environment := f.Summary.Environment
	out := Effects{Environment: environment}
	switch b := e.Body.(type) {
	case steps.Intent:
		out.Opened = &steps.OpenIntent{Run: e.Run, Environment: environment, Step: e.Step, At: e.At.UTC(), Intent: b}
	case steps.Resulted, steps.Resolved, steps.Verified:
		st := f.run.Steps[e.Step]
		out.Known, out.Unknown = st != nil && !st.Open(), st != nil && st.Open()
		if v, ok := b.(steps.Verified); ok && v.Finding.Is == steps.Landed {
			out.Release = &steps.Release{Run: e.Run, At: e.At.UTC(), Verified: v}
		}
	case steps.Obliged:
		out.Obliged = &steps.OpenObligation{Obliged: b, Run: e.Run, At: e.At.UTC()}
	case steps.Discharged:
		out.Discharged = b.ID
	}
	return out
}
