package steps

import "time"

// The bodies of events. Strings are machine fields (ids, names, digests, references, receipts): they are journaled as they are
// and must be free of secrets. A field tagged mask:"prose" is for people and passes the masking sink first; on a struct, slice
// or map the tag covers everything within.
type (
	// RunStarted pins what the run is. It is the first event.
	RunStarted struct {
		Procedure   string            `json:"procedure"`
		Title       string            `json:"title"`
		Digest      string            `json:"digest"`
		Pins        map[string]string `json:"pins"`
		Params      Values            `json:"params"`
		Environment string            `json:"environment"`
		Account     string            `json:"account"`
		Region      string            `json:"region"`
		Operator    string            `json:"operator"`
		Host        string            `json:"host"`
		Program     string            `json:"program"`
		Operations  map[string]int    `json:"operations"`        // name → version
		Total       int               `json:"total"`             // steps, those followed included
		FaultAt     time.Time         `json:"fault_at,omitzero"` // when what it mends began, by the cloud's clock; zero: not known
		From        *Origin           `json:"from,omitempty"`
	}
	// Origin says which step of which other run this one was opened from.
	Origin struct {
		Run  string `json:"run"`
		Step Path   `json:"step"`
	}
	// RunResumed shuts the former driver out, and voids plans and confirmations that have no intent.
	RunResumed struct {
		Operator string `json:"operator"`
		Host     string `json:"host"`
		Program  string `json:"program"`
	}
	// Entered begins a visit. Deadlines count from its At, so they survive a restart.
	Entered struct {
		Title  string `json:"title" mask:"prose"`
		Kind   string `json:"kind"`
		Number int    `json:"number"` // from 1, in document order
		Total  int    `json:"total"`
	}
	// Observed is what a probe saw: evidence, which ages from the event's At.
	Observed struct {
		Verdict State             `json:"verdict"` // passed, warned, failed, unknown; waiting never is journaled
		Summary string            `json:"summary" mask:"prose"`
		Facts   []Fact            `json:"facts,omitempty" mask:"prose"`
		Saves   map[string]string `json:"saves,omitempty"` // output → value
		Columns []string          `json:"columns,omitempty" mask:"prose"`
		Choices []Choice          `json:"choices,omitempty"`
	}
	// Fact is one line of evidence.
	Fact struct {
		State State  `json:"state,omitempty"`
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	// Choice is one thing to choose, with the cells of its row.
	Choice struct {
		Value       string   `json:"value"`
		Cells       []string `json:"cells,omitempty" mask:"prose"`
		Note        string   `json:"note,omitempty" mask:"prose"`
		Recommended bool     `json:"recommended,omitempty"`
		Blocked     string   `json:"blocked,omitempty" mask:"prose"` // why it cannot be chosen
	}
	// Asked opens a question; its Seq names it. What was offered is pinned as shown.
	Asked struct {
		Form    Form     `json:"form"`
		Prompt  string   `json:"prompt" mask:"prose"`
		Want    string   `json:"want,omitempty"` // confirm: what must be typed
		Fields  []Field  `json:"fields,omitempty"`
		Columns []string `json:"columns,omitempty" mask:"prose"`
		Choices []Choice `json:"choices,omitempty"` // choose, decide
		Because string   `json:"because,omitempty" mask:"prose"`
		Facts   []Fact   `json:"facts,omitempty" mask:"prose"`
		Accepts string   `json:"accepts,omitempty"` // tick: none, note, link
	}
	// Answered closes a question, once.
	Answered struct {
		Question uint64            `json:"question"`
		Value    string            `json:"value,omitempty"`
		Values   map[string]string `json:"values,omitempty"` // ask: by field
		Why      string            `json:"why,omitempty" mask:"prose"`
		Link     string            `json:"link,omitempty"`
		By       string            `json:"by"`
		Via      Via               `json:"via"`
	}
	// Planned is a change, as it was shown.
	Planned struct {
		Plan   Plan   `json:"plan"`
		Digest string `json:"digest"`
	}
	// Lapsed drops a confirmed plan, unsent: its facts have moved.
	Lapsed struct {
		Why   string   `json:"why" mask:"prose"`
		Moved []string `json:"moved,omitempty"`
	}
	// Intent is durable before a byte is sent; until a Resulted follows the outcome is unknown.
	Intent struct {
		Attempt   int    `json:"attempt"`
		Digest    string `json:"digest"`
		Operation string `json:"operation"`
		Target    string `json:"target"`
	}
	// Resulted is how the one call ended, not whether it worked.
	Resulted struct {
		Outcome Code    `json:"outcome,omitempty"` // empty (the service took it), rejected, not-sent, unknown
		Receipt Receipt `json:"receipt,omitempty"`
		Error   string  `json:"error,omitempty" mask:"prose"`
	}
	// Resolved is what was found of an unknown outcome; By is set where a person said it.
	Resolved struct {
		Finding Finding `json:"finding"`
		By      string  `json:"by,omitempty"`
	}
	// Verified is what was seen of a known outcome.
	Verified struct {
		Finding   Finding `json:"finding"`
		Operation string  `json:"operation"`
		Target    string  `json:"target"`
		By        string  `json:"by,omitempty"`
	}
	// Settled ends a visit.
	Settled struct {
		State State  `json:"state"`
		Why   string `json:"why,omitempty" mask:"prose"`
		By    string `json:"by,omitempty"`
		Saves Values `json:"saves,omitempty"` // variable → value, in the step's scope; of a follow: in the scope that it opens
	}
	// Rewound begins new visits of exactly these steps. It undoes nothing.
	Rewound struct {
		Steps []Path `json:"steps"`
		Why   string `json:"why,omitempty" mask:"prose"`
		By    string `json:"by,omitempty"`
	}
	// Obliged is something that outlives the run and must be done; it stands on home until it is discharged.
	Obliged struct {
		ID     string `json:"id"`
		What   string `json:"what" mask:"prose"`
		Closes string `json:"closes" mask:"prose"` // what closes it
	}
	// Discharged closes an obligation, of whatever run.
	Discharged struct {
		ID  string `json:"id"`
		How string `json:"how" mask:"prose"`
	}
	// Drill is for the score.
	Drill struct {
		What  string `json:"what"` // acknowledged, cause, hint, recovered, gave-up
		Value string `json:"value,omitempty" mask:"prose"`
	}
	// Noted is a person's note.
	Noted struct {
		Text string `json:"text" mask:"prose"`
		By   string `json:"by"`
	}
	// Pinned is a log line kept as evidence.
	Pinned struct {
		Source string    `json:"source"`
		Line   string    `json:"line" mask:"prose"`
		Time   time.Time `json:"time"`
		By     string    `json:"by"`
	}
	// RunPaused stops the run where it may be resumed.
	RunPaused struct {
		Why  Code   `json:"why"` // gate, interrupted, credentials, place, throttled, unreachable, stale-plan
		Text string `json:"text,omitempty" mask:"prose"`
		By   string `json:"by,omitempty"`
	}
	// RunFailed says that a headless run met a failed step. It may be resumed as well.
	RunFailed struct {
		Step  Path   `json:"step"`
		Error string `json:"error" mask:"prose"`
	}
	// RunUnknown says that a headless run met an outcome that only a person can tell.
	RunUnknown struct {
		Step  Path   `json:"step"`
		Error string `json:"error" mask:"prose"`
	}
	// RunFinished ends the run with its worst verdict.
	RunFinished struct {
		Worst State `json:"worst"`
	}
	// RunAborted ends the run by a person's will.
	RunAborted struct {
		Why string `json:"why" mask:"prose"`
		By  string `json:"by"`
	}
)

// Form says what kind of answer a question takes.
type Form string

// Forms.
const (
	FormTick    Form = "tick"    // Value: yes, or Why: a note, or Link
	FormAsk     Form = "ask"     // Values
	FormChoose  Form = "choose"  // Value: one of Choices
	FormDecide  Form = "decide"  // Value: one of Choices; Why where it is not the recommended one
	FormConfirm Form = "confirm" // Value: Want, typed
	FormReason  Form = "reason"  // Why: the reason to go on after a warning
)

// Via says how an answer came.
type Via string

// Ways of answering.
const (
	ViaScreen  Via = "screen"
	ViaPlain   Via = "plain"
	ViaAnswers Via = "answers"
	ViaEngine  Via = "engine" // a headless run records a warning and goes on
)
