// Package report turns a run and its events into a record for people and for scripts: Markdown, HTML and JSON. Its functions are
// pure: the same run gives the same text. It imports steps and steps/redact; commands and screens import it.
//
// What it writes was masked before it was journaled. Texts are escaped for the format that they go into.
package report

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// About is what a report says of itself.
type About struct {
	Head    string    // hash of the run's last record; "" leaves it out
	Printed time.Time // by the cloud's clock; ages of a run that is not over count to it
}

// Report is a run as it is told. Its JSON is a published shape: keys are only ever added. Times are RFC 3339, lengths in seconds.
type Report struct {
	Version     int               `json:"version"`
	Run         string            `json:"run"`
	Procedure   string            `json:"procedure"`
	Title       string            `json:"title"`
	Digest      string            `json:"digest"`
	Environment string            `json:"environment"`
	Account     string            `json:"account"`
	Region      string            `json:"region"`
	Operator    string            `json:"operator"`
	Host        string            `json:"host"`
	Program     string            `json:"program"`
	Params      map[string]string `json:"params,omitempty"`
	State       steps.RunState    `json:"state"`
	Worst       steps.State       `json:"worst"`
	Why         string            `json:"why,omitempty"` // why it was dropped, failed or paused
	Started     time.Time         `json:"started"`
	Ended       *time.Time        `json:"ended"` // null while it may be gone on with
	Objective   *Objective        `json:"objective,omitempty"`
	Steps       []Step            `json:"steps"`
	Sends       []Send            `json:"sends"`
	Notes       []Note            `json:"notes"`
	Open        []Open            `json:"obligations"` // what still remains to be done because of it
	Timeline    []Line            `json:"timeline"`
	Events      uint64            `json:"events"`
	Head        string            `json:"head,omitempty"`
	Printed     time.Time         `json:"printed"`

	until time.Time
}

// Objective is the clock of the run's objective.
type Objective struct {
	RTO   float64   `json:"rto_seconds"`
	RPO   float64   `json:"rpo_seconds"`
	From  time.Time `json:"from"`
	Basis string    `json:"basis"`        // fault: from when it began; start: from the run's start, because that is not known
	Used  float64   `json:"used_seconds"` // until Back, or until the run's end or now

	Back   *time.Time `json:"back,omitempty"` // when what the objective counts was back
	Passed bool       `json:"passed"`         // over the limit
}

// Step is where a step stands.
type Step struct {
	Number   int           `json:"number"`
	ID       steps.Path    `json:"id"`
	Title    string        `json:"title"`
	Kind     string        `json:"kind"`
	State    steps.State   `json:"state"` // "" is to do
	Why      string        `json:"why,omitempty"`
	By       string        `json:"by,omitempty"`
	Began    *time.Time    `json:"began,omitempty"`
	Settled  *time.Time    `json:"settled,omitempty"`
	Took     float64       `json:"took_seconds"`
	Visits   int           `json:"visits"`
	Evidence *Evidence     `json:"evidence,omitempty"`
	Answer   *Answer       `json:"answer,omitempty"`
	Plan     *Plan         `json:"plan,omitempty"`
	Error    string        `json:"error,omitempty"`
	Finding  steps.Finding `json:"finding,omitzero"`
}

// Evidence is what a step rests on, with its age at the run's end, or at the printing while it goes on.
type Evidence struct {
	At      time.Time    `json:"at"`
	Age     float64      `json:"age_seconds"`
	Stale   bool         `json:"stale"`
	Summary string       `json:"summary,omitempty"`
	Facts   []steps.Fact `json:"facts,omitempty"`
}

// Answer is what a person said at a step.
type Answer struct {
	Value  string            `json:"value,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Why    string            `json:"why,omitempty"`
	Link   string            `json:"link,omitempty"`
	By     string            `json:"by"`
	Via    steps.Via         `json:"via"`
}

// Plan is the change as it was shown last.
type Plan struct {
	Operation string         `json:"operation"`
	Target    string         `json:"target"`
	Summary   string         `json:"summary"`
	Changes   []steps.Change `json:"changes"`
	Digest    string         `json:"digest"`
}

// Send is one mutating call: there is never more than one for an intent.
type Send struct {
	At        time.Time     `json:"at"`
	Step      steps.Path    `json:"step"`
	Attempt   int           `json:"attempt"`
	Operation string        `json:"operation"`
	Target    string        `json:"target"`
	Outcome   string        `json:"outcome"` // taken, rejected, not-sent, unknown
	Error     string        `json:"error,omitempty"`
	Finding   steps.Finding `json:"finding,omitzero"` // what was seen of it last
	Seen      *time.Time    `json:"seen,omitempty"`
	By        string        `json:"by,omitempty"` // who said what became of it, where only a person could tell
}

// Note is a note or a line kept as evidence.
type Note struct {
	At   time.Time  `json:"at"`
	Step steps.Path `json:"step,omitempty"`
	By   string     `json:"by"`
	Text string     `json:"text"`
	From string     `json:"from,omitempty"` // of a kept line: where it stood
}

// Open is an obligation that is open still.
type Open struct {
	ID     string `json:"id"`
	What   string `json:"what"`
	Closes string `json:"closes"`
}

// Line is an event in a sentence.
type Line struct {
	Seq  uint64     `json:"seq"`
	At   time.Time  `json:"at"`
	Step steps.Path `json:"step,omitempty"`
	Text string     `json:"text"`
}

// New makes a report of a run from its fold and its events.
func New(run *steps.Run, events []steps.Event, about About) *Report {
	s := run.Started
	r := &Report{Version: 1, Run: run.ID, Procedure: s.Procedure, Title: s.Title, Digest: s.Digest, Environment: s.Environment, Account: s.Account,
		Region: s.Region, Operator: s.Operator, Host: s.Host, Program: s.Program, State: run.State, Worst: run.Worst(), Started: run.StartedAt,
		Steps: []Step{}, Notes: []Note{}, Open: []Open{}, Timeline: []Line{}, Sends: []Send{}, Events: run.Seq, Head: about.Head, Printed: about.Printed, until: about.Printed}
	if run.Over() {
		r.until = run.EndedAt
		r.Ended = &run.EndedAt
	}
	if len(s.Params) > 0 {
		r.Params = map[string]string{}
		for name, v := range s.Params {
			r.Params[name] = v.Text
		}
	}
	r.Why = stopped(run.Stop)
	r.objective(run)
	for i := range run.Procedure.Steps {
		r.Steps = append(r.Steps, r.step(run, &run.Procedure.Steps[i], i+1))
	}
	for _, n := range run.Notes {
		r.Notes = append(r.Notes, noteOf(n))
	}
	for _, id := range slices.Sorted(maps.Keys(run.Obliged)) {
		o := run.Obliged[id]
		r.Open = append(r.Open, Open{o.ID, o.What, o.Closes})
	}
	r.tell(events)
	return r
}

// stopped is why a run does not go on.
func stopped(body any) string {
	switch b := body.(type) {
	case steps.RunPaused:
		if b.Text != "" {
			return b.Text
		}
		return string(b.Why)
	case steps.RunFailed:
		return b.Error
	case steps.RunUnknown:
		return b.Error
	case steps.RunAborted:
		return b.Why
	}
	return ""
}

func (r *Report) objective(run *steps.Run) {
	o := run.Procedure.Objective
	if o.RTO <= 0 {
		return
	}
	out := &Objective{RTO: o.RTO.Seconds(), RPO: o.RPO.Seconds(), From: run.StartedAt, Basis: "start"}
	if !run.Started.FaultAt.IsZero() {
		out.From, out.Basis = run.Started.FaultAt, "fault"
	}
	until := r.until
	if back := run.Recovered(); !back.IsZero() {
		until, out.Back = back, &back
	}
	used := max(0, until.Sub(out.From))
	out.Used, out.Passed = used.Seconds(), used > o.RTO
	r.Objective = out
}

func (r *Report) step(run *steps.Run, s *steps.Step, number int) Step {
	st := run.Steps[s.ID]
	out := Step{Number: number, ID: s.ID, Title: s.Title, Kind: s.Kind, Visits: st.Visit, Error: st.Error, Finding: st.Finding}
	if !st.EnteredAt.IsZero() {
		out.Began = &st.EnteredAt
	}
	if st.Phase == "" {
		out.Visits = st.Visit - 1
	}
	if st.Phase == steps.PhaseSettled {
		out.State, out.Why, out.By, out.Settled = st.State, st.Why, st.By, &st.SettledAt
		if out.Began != nil {
			out.Took = st.SettledAt.Sub(st.EnteredAt).Seconds()
		}
	}
	if age, ok := run.Age(s.ID, r.until); ok {
		out.Evidence = &Evidence{At: st.EvidenceAt, Age: age.Seconds(), Stale: run.Stale(s, r.until), Summary: st.Evidence.Summary, Facts: st.Evidence.Facts}
	}
	if a := st.Answer; a.By != "" || a.Question != 0 {
		out.Answer = &Answer{a.Value, a.Values, a.Why, a.Link, a.By, a.Via}
	}
	if p := st.Plan; p.Operation != "" {
		out.Plan = &Plan{p.Operation, p.Target, p.Summary, p.Changes, st.Digest}
	}
	return out
}

func noteOf(n steps.Note) Note {
	switch b := n.Body.(type) {
	case steps.Noted:
		return Note{At: n.At, Step: n.Step, By: b.By, Text: b.Text}
	case steps.Pinned:
		return Note{At: n.At, Step: n.Step, By: b.By, Text: b.Line, From: fmt.Sprintf("%s, %s", b.Source, b.Time.UTC().Format(time.RFC3339))}
	default:
		return Note{At: n.At, Step: n.Step}
	}
}
