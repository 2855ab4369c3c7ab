// Package panel turns what is known of a run into the text of its screen: the step panel of every kind in every state, the list
// and the strip of steps, the objective's clock, the handover card. Everything in it is pure: a run, what it is doing just now
// and the time give rows and what Enter would do. It imports the domain, the engine's API and ui/run/rows; ui/run imports it.
package panel

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// In is all that a panel is made of.
type In struct {
	Run      *steps.Run
	Step     *steps.Step // the one that is shown
	Last     *steps.Step // the one that was settled last while this screen watched; nil where there is none
	Progress engine.Progress
	Snapshot *status.Snapshot // nil while nothing has been read
	Usual    map[steps.Path]Usual
	Now      time.Time // the cloud's clock
	Zone     *time.Location
	Width    int        // columns of text
	Prose    []rows.Row // the document's text around the step, wrapped
	ByHand   string     // what to type when the program cannot run

	Production  bool
	Word        string // PRODUCTION, PRACTICE
	Environment site.Environment
	Operator    string
	ReadOnly    bool
	Factor      float64 // of the clock just now; 0 where there is none
	Auto        bool    // passes go on by themselves
	Watching    string  // who holds the run, where this screen only watches

	Cursor int    // the list row that Enter acts on
	More   bool   // v: evidence and the by-hand block in full
	Typed  Typed  // the text field of a tick, or the form of an ask
	Sent   bool   // the overlay has handed an answer over that has not come back as an event
	Note   string // of the overlay or the field: what keeps Enter from acting
}

// Typed is what stands in the text field of the panel.
type Typed struct {
	Text  string
	Caret int // its column in Text
	On    bool
	Form  []Entry  // fields of an ask
	Drawn []string // the same fields as the form draws itself, a line each
	At    int      // the field in focus
}

// Entry is one field of a form as it stands.
type Entry struct {
	Name, Prompt, Text, Problem string
	Kind                        steps.ValueKind
	Caret                       int
}

// Usual is how long a step took in earlier runs.
type Usual struct {
	Typical, Least, Most time.Duration
	Runs                 int
}

// Panel is what the step panel shows and what it does.
type Panel struct {
	Title    string
	Tag      rows.Span // at the right end of the title
	State    rows.Row  // the first row
	Sections []Section
	Items    []Item // rows that the cursor moves over
	Action   string // the last row, without its "enter"
	Enter    Act    // what Enter does; of a list: of the cursor's item
	Form     steps.Form
	Key      string // names what the action line says: when it changes, answering keys are swallowed for a moment
}

// Part says what a section is, for what gives way first.
type Part uint8

// Parts.
const (
	Text   Part = iota // stays
	Prose              // shrinks to two lines
	Facts              // shrinks to five
	List               // stays, and keeps the cursor in sight
	ByHand             // shrinks to one line
	Extra              // goes
)

// Section is a block of rows with a blank line before it where there is room.
type Section struct {
	Part  Part
	Rows  []rows.Row
	Tight bool // no blank line before it
}

// Item is a row of a list.
type Item struct {
	Label   string
	Cells   []string
	Note    string
	Blocked string // why it cannot be chosen
	Action  string // what the action line says
	Act     Act
}

// Do is what Enter, or a key, leads to.
type Do uint8

// Acts. Only Answer with FormConfirm, through the overlay, sends.
const (
	Nothing   Do = iota
	GoOn         // let the next step start
	Choose       // answer choose or decide with Value
	Reason       // open the line for a reason; Value goes with it
	Keep         // keep the text field or the form
	Overlay      // open the sending overlay
	LookAgain    // a new visit of the step
	LookNow      // cut the sleep short
	Replan       // drop the plan and make it anew
	SkipIt       // open the line for the reason to skip
	ApproveIt    // open the line for an approval
	SayLanded    // open the line for what a person saw
	SayAbsent
	OpenOther // open the procedure in Value
	OpenLink  // open Value
	ReadLog   // to the log panel
	Copy      // copy the by-hand block
	HandOver  // the card
	Resume    // drive the run again
	Present   // back to the present step
	Leave     // close the screen
)

// Act is an act with what it needs.
type Act struct {
	Do    Do
	Value string
}

// State is the shown step's state.
func (in *In) State() *steps.StepState { return in.Run.Steps[in.Step.ID] }

// Here reports whether the step shown is the run's present one.
func (in *In) Here() bool {
	cur := in.Run.Current()
	return cur != nil && cur.ID == in.Step.ID
}

// Busy reports what the engine is doing at the step shown, "" where it is a person's turn.
func (in *In) Busy() string {
	if in.Progress.Step != in.Step.ID {
		return ""
	}
	return in.Progress.Doing
}

// Build makes the step panel.
func Build(in In) Panel {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	p := Panel{Title: in.title(), Tag: in.tag()}
	in.fill(&p)
	if in.Here() || in.Run.Over() {
		in.common(&p)
	}
	p.Key = in.key(&p)
	return p
}

// fill chooses by what the step is at.
func (in *In) fill(p *Panel) {
	switch {
	case in.Run.Over() && in.Step.ID == in.lastID():
		finished(in, p)
	case in.Watching != "":
		watching(in, p)
	case !in.Here():
		looked(in, p)
	case in.stopped():
		paused(in, p)
	default:
		present(in, p)
	}
}

// present is the present step, while the run is driven.
func present(in *In, p *Panel) {
	st := in.State()
	switch st.Phase {
	case "", steps.PhaseEntered, steps.PhaseObserved, steps.PhasePlanned:
		before(in, p)
	case steps.PhaseAsked:
		asked(in, p)
	case steps.PhaseAnswered:
		answered(in, p)
	case steps.PhaseIntent, steps.PhaseUnsure:
		sent(in, p)
	case steps.PhaseApplied, steps.PhaseVerified, steps.PhaseRefused:
		applied(in, p)
	default:
		failed(in, p)
	}
}

// lastID is where a run that is over stands: its last step in document order.
func (in *In) lastID() steps.Path {
	all := in.Run.Procedure.Steps
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].ID
}

// stopped reports whether the run is not driven any more though it may be.
func (in *In) stopped() bool {
	switch in.Run.Stop.(type) {
	case steps.RunPaused, steps.RunFailed, steps.RunUnknown:
		return true
	}
	return false
}

// common adds what every panel of the present step may have: prose stands with the kind's own rows, by hand comes last.
func (in *In) common(p *Panel) {
	if in.Run.Over() || in.Watching != "" {
		return
	}
	if rs := byHand(in); rs != nil {
		p.Sections = append(p.Sections, Section{Part: ByHand, Rows: rs})
	}
}

// key changes whenever the action line means something else: the step, its visit, its phase, the question, what Enter does.
func (in *In) key(p *Panel) string {
	st := in.State()
	what := string(rune('a'+int(p.Enter.Do))) + "|" + first(p.Action)
	if len(p.Items) > 0 { // moving the cursor is no new question
		what = "list"
	}
	return string(in.Step.ID) + "|" + string(st.Phase) + "|" + string(rune('0'+st.Visit%10)) + "|" + what
}

// first is the action line's first word: what follows may count seconds or letters.
func first(s string) string {
	for i, r := range s {
		if r == ' ' {
			return s[:i]
		}
	}
	return s
}

// add appends a section where it has rows.
func (p *Panel) add(part Part, rs []rows.Row) {
	if len(rs) > 0 {
		p.Sections = append(p.Sections, Section{Part: part, Rows: rs})
	}
}

// tight appends a section without a blank line before it.
func (p *Panel) tight(part Part, rs []rows.Row) {
	if len(rs) > 0 {
		p.Sections = append(p.Sections, Section{Part: part, Rows: rs, Tight: true})
	}
}

// list appends the items as rows, and takes the act of the one under the cursor.
func (in *In) list(p *Panel, items []Item, columns ...string) {
	p.Items = items
	p.Sections = append(p.Sections, Section{Part: List, Rows: itemRows(in, items, columns), Tight: true})
	if in.Cursor >= 0 && in.Cursor < len(items) {
		it := items[in.Cursor]
		p.Enter, p.Action = it.Act, it.Action
		if it.Blocked != "" {
			p.Enter, p.Action = Act{}, "nothing: "+it.Blocked
		}
		return
	}
	p.Enter, p.Action = Act{}, "nothing yet: ↑ or ↓ to choose"
}
