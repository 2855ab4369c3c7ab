package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// tell makes the timeline and the list of what was sent.
func (r *Report) tell(events []steps.Event) {
	last := map[steps.Path]int{} // the last send of a step
	for i := range events {
		e := &events[i]
		if text := sentence(e); text != "" {
			r.Timeline = append(r.Timeline, Line{e.Seq, e.At, e.Step, text})
		}
		switch b := e.Body.(type) {
		case steps.Intent:
			last[e.Step] = len(r.Sends)
			r.Sends = append(r.Sends, Send{At: e.At, Step: e.Step, Attempt: b.Attempt, Operation: b.Operation, Target: b.Target, Outcome: string(steps.CodeUnknown)})
		case steps.Resulted:
			if s := r.send(last, e.Step); s != nil {
				s.Outcome, s.Error = outcome(b.Outcome), b.Error
			}
		case steps.Resolved:
			r.found(last, e, b.Finding, b.By)
		case steps.Verified:
			r.found(last, e, b.Finding, b.By)
		}
	}
}

func (r *Report) send(last map[steps.Path]int, at steps.Path) *Send {
	i, ok := last[at]
	if !ok {
		return nil
	}
	return &r.Sends[i]
}

func (r *Report) found(last map[steps.Path]int, e *steps.Event, f steps.Finding, by string) {
	if s := r.send(last, e.Step); s != nil {
		s.Finding, s.Seen, s.By = f, &e.At, by
	}
}

func outcome(c steps.Code) string {
	if c == "" {
		return "taken"
	}
	return string(c)
}

// sentence tells an event; "" leaves it out, because what follows says it.
func sentence(e *steps.Event) string {
	switch b := e.Body.(type) {
	case steps.RunStarted:
		return fmt.Sprintf("Run started by %s on %s, with %s.", b.Operator, b.Host, b.Program)
	case steps.RunResumed:
		return fmt.Sprintf("Run gone on with by %s on %s, with %s.", b.Operator, b.Host, b.Program)
	case steps.Entered:
		return fmt.Sprintf("Step %d of %d begins: %s.", b.Number, b.Total, b.Title)
	case steps.Observed:
		return join("Looked: "+string(b.Verdict), b.Summary)
	case steps.Asked:
		return ""
	case steps.Answered:
		return answered(b)
	case steps.Rewound:
		ids := make([]string, len(b.Steps))
		for i, id := range b.Steps {
			ids[i] = string(id)
		}
		return join(fmt.Sprintf("To do again, asked for by %s: %s", who(b.By), strings.Join(ids, ", ")), b.Why)
	case steps.Noted:
		return fmt.Sprintf("Note by %s: %s", b.By, b.Text)
	case steps.Pinned:
		return fmt.Sprintf("Line kept as evidence by %s, from %s: %s", b.By, b.Source, b.Line)
	case steps.Obliged:
		return join("To be done after this run", b.What)
	case steps.Discharged:
		return join("Done, as was to be: "+b.ID, b.How)
	case steps.Drill:
		return join("Drill: "+b.What, b.Value)
	default:
		return effect(e)
	}
}

// effect tells what concerns a change, and how the run stops.
func effect(e *steps.Event) string {
	switch b := e.Body.(type) {
	case steps.Planned:
		return join("Planned: "+b.Plan.Operation+" on "+b.Plan.Target, b.Plan.Summary)
	case steps.Lapsed:
		return join("The plan lapsed, unsent", b.Why)
	case steps.Intent:
		return fmt.Sprintf("About to send, once: %s on %s, attempt %d.", b.Operation, b.Target, b.Attempt)
	case steps.Resulted:
		return join("Sent once. The call: "+outcome(b.Outcome), b.Error)
	case steps.Resolved:
		return join("Found out what became of it"+said(b.By)+": "+string(b.Finding.Is), b.Finding.Why)
	case steps.Verified:
		return join("Seen"+said(b.By)+": "+string(b.Finding.Is), b.Finding.Why)
	case steps.Settled:
		return join("Step ends: "+string(b.State)+said(b.By), b.Why)
	case steps.RunPaused:
		return join("Run paused ("+string(b.Why)+")"+said(b.By), b.Text)
	case steps.RunFailed:
		return join("Run stopped at a failed step", b.Error)
	case steps.RunUnknown:
		return join("Run stopped: an outcome is not known", b.Error)
	case steps.RunFinished:
		return "Run finished: " + string(b.Worst) + "."
	case steps.RunAborted:
		return join("Run dropped by "+who(b.By), b.Why)
	default:
		return ""
	}
}

func answered(b steps.Answered) string {
	parts := []string{}
	if b.Value != "" {
		parts = append(parts, b.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Values)) {
		parts = append(parts, name+"="+b.Values[name])
	}
	if b.Why != "" {
		parts = append(parts, b.Why)
	}
	if b.Link != "" {
		parts = append(parts, b.Link)
	}
	return join(fmt.Sprintf("Answered by %s (%s)", who(b.By), b.Via), strings.Join(parts, ", "))
}

func who(by string) string {
	if by == "" {
		return "the program"
	}
	return by
}

func said(by string) string {
	if by == "" {
		return ""
	}
	return ", by " + by
}

// join is a sentence of two halves, with one full stop at the end.
func join(head, rest string) string {
	if rest != "" {
		head += ": " + rest
	}
	return strings.TrimSuffix(head, ".") + "."
}
