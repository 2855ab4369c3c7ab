package steps

import (
	"fmt"
	"strings"
	"time"
)

// Path names a step within a run: the ids of the follow steps that lead to it, then its own, joined by "/". A follow names its
// target literally, so every path of a run is known before it starts.
type Path string

// Scope is the path of the follow step that the step stands under, "" at the top. Variables live in scopes and do not leak.
func (p Path) Scope() Path {
	if i := strings.LastIndexByte(string(p), '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

// Own is the step's own id, without the follow steps before it.
func (p Path) Own() string { return string(p[strings.LastIndexByte(string(p), '/')+1:]) }

// Under reports whether p stands in scope or deeper; everything stands under "".
func (p Path) Under(scope Path) bool {
	return scope == "" || strings.HasPrefix(string(p), string(scope)+"/")
}

// Pos is a place in a procedure file; lines and columns count from 1.
type Pos struct {
	File      string `json:"file"`
	Line, Col int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Procedure is one checklist file, loaded and checked, with every procedure that it follows flattened into Steps.
type Procedure struct {
	ID, Title, Group string
	Covers           string // the part of the source document that it carries out
	WhenToUse        string // Markdown
	Prose            string // Markdown before the first step: the first page
	Objective        Objective
	Requires         []string          // outside services that it cannot do without: lightsail, infisical, web, github
	Params           map[string]Param  // by name
	Outputs          map[string]string // name of a variable → what it is; what a follow may save
	Practice         Practice
	Steps            []Step            // in document order, follow steps before the steps that they lead to
	Digest           string            // of its own bytes and those of all that it follows: SHA-256, hex
	Pins             map[string]string // procedure id → digest of that one file's bytes, itself included
	Texts            map[string][]byte // digest → bytes, for the journal to pin
}

// Objective is how long recovery may take and how much data may be lost. Zero RTO means that the procedure has none.
type Objective struct{ RTO, RPO time.Duration }

// Practice says how a procedure is rehearsed, and how its by-hand blocks are linted.
type Practice struct {
	Scenario string
	Set      map[string]string
}

// Param is a procedure's parameter.
type Param struct {
	Kind     ValueKind
	Required bool
	Default  string
	Prompt   string
}

// Risk says what is at stake in a do step. A file may raise an operation's risk, never lower it.
type Risk string

// Risks, rising.
const (
	RiskReversible   Risk = "reversible"   // undone by the opposite call
	RiskCompensable  Risk = "compensable"  // undone by another forward change
	RiskIrreversible Risk = "irreversible" // not undone at all
)

// OnFail says what a failed step does to its run.
type OnFail string

// OnFailHold stops the run at the step; OnFailNote goes on, and the run ends with the worst verdict. OnFailFact takes a warning or
// a failure as a fact that a later decision rests on: the step has done what it is there for, and nobody is asked about it.
const (
	OnFailHold OnFail = ""
	OnFailNote OnFail = "note"
	OnFailFact OnFail = "fact"
)

// Condition is a compiled expression over variables. It is pure; checklists compiles it, so that steps never imports expr.
type Condition interface {
	Eval(Values) (bool, error)
	String() string // as it stands in the file
}

// Step is one step: what the document says and what the program does.
type Step struct {
	ID        Path
	Title     string
	Procedure string // id of the procedure in whose file it stands
	Prose     string // Markdown around the blocks
	Kind      string // tick ask choose check do wait decide follow command
	Use       string // the kind's argument: a sentence, a probe, an operation, a question, a procedure's id; not yet expanded
	With      map[string]string
	When      Condition            // nil: always. Conditions of the follow steps above hold as well: see Run.Applies
	Until     Condition            // wait: over the probe's outputs and the variables
	Save      map[string]string    // variable → output. A step that keeps one unnamed thing (choose, decide, tick) uses its own word as output: choice, option, word
	SaveKinds map[string]ValueKind // variable → kind, of all that Save and a question's own word set
	Needs     []Path
	FreshFor  time.Duration // how long its evidence counts; zero: as long as the run
	Timeout   time.Duration // check, command: of one look, wall clock. wait: the deadline, cloud clock
	Every     time.Duration // wait: between looks, cloud clock
	Retry     Retry
	Risk      Risk
	OnFail    OnFail
	Undo      string
	Covers    string
	Proves    []Path // do steps whose effect this check or wait shows
	Evidence  string // tick: none, note, link
	Objective bool   // wait: its time counts against the procedure's objective (always shown)
	Fields    []Field
	Options   []Option
	Empty     string   // choose: what to say when there is nothing to choose from
	Unattend  bool     // decide: a headless run may take the recommendation
	Argv      []string // command; not yet expanded
	Dir       string
	Env       map[string]string
	ByHand    string // what to type when the program cannot run; not substituted
	ByHandRun bool   // lint runs it against the simulated cloud; false: only parses it
	Pos       Pos
}

// Retry repeats a look that failed.
type Retry struct {
	Times int
	Every time.Duration // cloud clock
}

// Field is one field of an ask.
type Field struct {
	Name    string    `json:"name"`
	Prompt  string    `json:"prompt" mask:"prose"`
	Default string    `json:"default,omitempty"`
	Kind    ValueKind `json:"kind"`
	Options []string  `json:"options,omitempty"` // empty: free text
}

// Option is one option of a decide.
type Option struct {
	ID, Label     string
	Because       string    // why it is recommended, expanded when asked
	Recommend     Condition // nil: never; the first option whose condition holds is recommended
	Unless        Condition // nil: always to be chosen; where it holds the option is shown and cannot be chosen
	UnlessBecause string
	Ends          bool // choosing it ends the procedure that the decide stands in
}

// Step finds a step by its path, nil where there is none.
func (p *Procedure) Step(id Path) *Step {
	for i := range p.Steps {
		if p.Steps[i].ID == id {
			return &p.Steps[i]
		}
	}
	return nil
}
