package steps

import "time"

// State is how a visit ended, or a probe's verdict.
type State string

// States.
const (
	Passed        State = "passed"
	Warned        State = "warned"
	Failed        State = "failed"
	Unknown       State = "unknown"        // could not look; never passed
	Approved      State = "approved"       // failed, and a named person approved it
	Skipped       State = "skipped"        // with a reason
	NotApplicable State = "not-applicable" // its condition is false
	Waiting       State = "waiting"        // a probe's verdict only: not yet
)

// rank orders states from good to bad, for the verdict of a whole run.
var rank = map[State]int{NotApplicable: 0, Passed: 0, "": 0, Skipped: 1, Approved: 1, Warned: 1, Unknown: 2, Failed: 3}

// Worse gives the worse of two states.
func Worse(a, b State) State {
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Phase is how far a visit has come. The zero Phase is untouched.
type Phase string

// Phases.
const (
	PhaseEntered  Phase = "entered"
	PhaseObserved Phase = "observed"
	PhasePlanned  Phase = "planned"
	PhaseAsked    Phase = "asked"
	PhaseAnswered Phase = "answered"
	PhaseIntent   Phase = "intent"   // nobody knows, until it is resolved
	PhaseUnsure   Phase = "unsure"   // looked, and only a person can tell
	PhaseApplied  Phase = "applied"  // the service took it, or it was found
	PhaseVerified Phase = "verified" // seen
	PhaseRefused  Phase = "refused"  // surely not changed; or changed by another; or ours and broken
	PhaseSettled  Phase = "settled"
)

// What follows from an outcome. Absent leads back to the start: observed, planned and confirmed anew.
var (
	afterResult  = map[Code]Phase{"": PhaseApplied, CodeRejected: PhaseRefused, CodeNotSent: PhaseRefused, CodeUnknown: PhaseIntent}
	afterResolve = map[Is]Phase{Landed: PhaseApplied, Broken: PhaseApplied, Absent: PhaseEntered, Foreign: PhaseRefused, Unsure: PhaseUnsure}
	afterVerify  = map[Is]Phase{Landed: PhaseVerified, Broken: PhaseRefused, Foreign: PhaseRefused, Absent: PhaseUnsure, Unsure: PhaseUnsure}
)

// StepState is everything known about a step's present visit.
type StepState struct {
	Visit     int
	Phase     Phase
	EnteredAt time.Time

	Evidence   Observed  // the last look
	EvidenceAt time.Time // or, of a tick, when it was answered
	Looks      int

	Question uint64 // names the open question
	Asked    Asked
	AskedAt  time.Time
	Answer   Answered

	Plan      Plan
	Digest    string // of the plan
	PlannedAt time.Time
	Lapsed    string // why the plan before this one was dropped
	Attempt   int    // of the last intent
	IntentAt  time.Time
	Outcome   Code // how the call ended
	Receipt   Receipt
	Error     string  // what the call said
	Finding   Finding // the last one
	FindingAt time.Time

	State     State // once settled
	Why, By   string
	Saves     Values
	SettledAt time.Time

	// Preset is what the step's variables already hold, through a parameter. The engine fills it in for kinds; it is not folded.
	Preset Values
	// Vars are the variables of the step's scope. The engine fills them in for kinds; they are not folded.
	Vars Values
}

// Open reports whether the outcome of a send is not known.
func (st *StepState) Open() bool { return st.Phase == PhaseIntent || st.Phase == PhaseUnsure }

// Sent reports whether something was sent in this visit and has landed.
func (st *StepState) Sent() bool {
	return st.Phase == PhaseApplied || st.Phase == PhaseVerified || st.Phase == PhaseSettled && st.State == Passed && st.Plan.Operation != ""
}

func (st *StepState) apply(e Event) {
	if st.Phase == "" {
		st.Phase, st.EnteredAt = PhaseEntered, e.At
	}
	switch b := e.Body.(type) {
	case Entered:
		st.EnteredAt = e.At
	case Observed:
		st.Phase, st.Evidence, st.EvidenceAt = PhaseObserved, b, e.At
		st.Looks++
	case Planned:
		st.Phase, st.Plan, st.Digest, st.PlannedAt = PhasePlanned, b.Plan, b.Digest, e.At
	case Asked:
		st.Phase, st.Question, st.Asked, st.AskedAt = PhaseAsked, e.Seq, b, e.At
	case Answered:
		st.Phase, st.Answer = PhaseAnswered, b
		if st.Asked.Form == FormTick {
			st.EvidenceAt = e.At
		}
	case Lapsed:
		st.Phase, st.Lapsed = PhaseEntered, b.Why
	default:
		st.applyEffect(e)
	}
}

// applyEffect folds what concerns an effect and the end of a visit.
func (st *StepState) applyEffect(e Event) {
	switch b := e.Body.(type) {
	case Intent:
		st.Phase, st.Attempt, st.IntentAt, st.Outcome, st.Lapsed = PhaseIntent, b.Attempt, e.At, CodeUnknown, ""
	case Resulted:
		st.Phase, st.Outcome, st.Receipt, st.Error = afterResult[b.Outcome], b.Outcome, b.Receipt, b.Error
	case Resolved:
		st.Phase, st.Receipt, st.Finding, st.FindingAt = afterResolve[b.Finding.Is], b.Finding.Receipt, b.Finding, e.At
	case Verified:
		st.Phase, st.Finding, st.FindingAt = afterVerify[b.Finding.Is], b.Finding, e.At
		if b.Finding.Receipt != nil {
			st.Receipt = b.Finding.Receipt
		}
	case Settled:
		st.Phase, st.State, st.Why, st.By, st.Saves, st.SettledAt = PhaseSettled, b.State, b.Why, b.By, b.Saves, e.At
	}
}
