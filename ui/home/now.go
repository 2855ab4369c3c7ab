package home

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// drillAge is how old a rehearsal may be before home warns.
const drillAge = 90 * 24 * time.Hour

// practice is the name of the environment in which procedures are rehearsed.
const practice = "practice"

// Open reports whether a run of an environment may be gone on with.
func Open(r *steps.RunSummary, environment string) bool {
	return r.Environment == environment && r.State != steps.RunDone && r.State != steps.RunDropped
}

// nowRows are the rows of what is wrong and what is open, for w columns: a live fault, unknown outcomes, warnings, what remains to
// be done, then the other runs.
func (h *Home) nowRows(w int) []widget.Row {
	var rows []widget.Row
	rows = append(rows, h.problemRows(w, status.Fault)...)
	unknown, others := h.openRuns()
	rows = append(rows, h.runRows(unknown, w)...)
	rows = append(rows, h.problemRows(w, status.Warning, status.NotSeen)...)
	rows = append(rows, h.obligationRows(w)...)
	if len(rows) == 0 {
		rows = append(rows, widget.Row{Heading: true, Text: h.quiet()})
	}
	if len(others) > 0 {
		if !h.stack {
			rows = append(rows, widget.Row{Heading: true})
		}
		rows = append(rows, widget.Row{Heading: true, Text: "Runs to go on with"})
		rows = append(rows, h.runRows(others, w)...)
	} else if h.loaded && len(unknown) == 0 && h.err == nil {
		rows = append(rows, widget.Row{Heading: true, Text: "  No run is open."})
	}
	if h.err != nil {
		text := h.t.Strong(theme.RoleWarn, h.t.Sign(theme.Warn)) + " "
		for _, line := range widget.Hang(text, h.say(h.err.Error(), 400), w, 2) {
			rows = append(rows, widget.Row{Heading: true, Text: line})
		}
	}
	return rows
}

// quiet is what is said when nothing is known to be wrong.
func (h *Home) quiet() string {
	switch {
	case h.d.Status == nil:
		return h.t.Unknown(h.t.Sign(theme.Unknown)) + " The state is not looked at here."
	case h.snap == nil:
		return h.t.Wait(h.t.Sign(theme.Wait)) + " looking for the first time"
	default:
		return h.t.OK(h.t.Sign(theme.Pass)) + " No problem is known."
	}
}

func (h *Home) problems() []status.Problem {
	if h.snap == nil {
		return nil
	}
	return h.snap.Problems
}

func (h *Home) problemRows(w int, severities ...status.Severity) []widget.Row {
	var rows []widget.Row
	for i, p := range h.problems() {
		if !slices.Contains(severities, p.Severity) {
			continue
		}
		for _, line := range h.problemText(p, w) {
			rows = append(rows, widget.Row{Heading: true, Text: line})
		}
		if s := h.procedure(p.Procedure); s != nil {
			id := fmt.Sprintf("problem:%d:%s", i, p.Procedure)
			rows = append(rows, widget.Row{ID: id, Text: h.offer(s, p.Severity, w)})
			h.goes[id] = deps.ShowProcedure{ID: s.ID, Params: params(s, p.Params)}
		}
	}
	return rows
}

// params are a problem's, of the kinds that the procedure wants.
func params(s *checklists.Summary, from map[string]string) steps.Values {
	out := steps.Values{}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if p, ok := s.Params[name]; ok {
			out[name] = steps.Value{Kind: p.Kind, Text: from[name]}
		}
	}
	return out
}

// problemText is a problem in sentences: what happened, what it means for production, when it began.
func (h *Home) problemText(p status.Problem, w int) []string {
	sign, role := h.t.Sign(theme.Fail), theme.RoleBad
	switch p.Severity {
	case status.Warning:
		sign, role = h.t.Sign(theme.Warn), theme.RoleWarn
	case status.NotSeen:
		sign, role = h.t.Sign(theme.Unknown), theme.RoleUnknown
	}
	what := strings.TrimSuffix(h.say(p.Summary, 300), ".")
	if !p.Since.IsZero() && !strings.Contains(what, "since") {
		what += fmt.Sprintf(", since %s (%s)", h.t.Clock(p.Since), widget.Ago(h.tick.Now.Sub(p.Since)))
	}
	meaning := strings.TrimSuffix(h.say(p.Meaning, 300), ".")
	mark := h.t.Strong(role, sign)
	if h.stack {
		if meaning != "" {
			what += ". For production: " + meaning + "."
		}
		lines := widget.Hang(mark+" ", what, w, 2)
		if h.h < 24 && len(lines) > 2 { // where there is little room the way back must stay in sight
			lines = append(lines[:1:1], widget.Clip(lines[1]+" "+strings.TrimSpace(lines[2]), w))
		}
		return lines
	}
	out := widget.Hang(mark+" ", what, w, 2)
	if meaning != "" {
		out = append(out, widget.Hang("    For production   ", meaning, w, -1)...)
	}
	if p.Began != "" {
		out = append(out, widget.Hang("    Began            ", strings.TrimSuffix(h.say(p.Began, 200), "."), w, -1)...)
	}
	return out
}

// offer is a procedure that mends a problem, with what is known of it.
func (h *Home) offer(s *checklists.Summary, severity status.Severity, w int) string {
	var known []string
	if severity == status.Fault {
		known = append(known, "recommended")
	}
	if s.Objective.RTO > 0 {
		known = append(known, "objective "+widget.Span(s.Objective.RTO))
	}
	if at := h.rehearsed(s.ID); !at.IsZero() && !h.stack {
		known = append(known, "drilled "+widget.Ago(h.tick.Now.Sub(at))+" ago")
	}
	name := 46
	if h.stack {
		name = 37
	}
	name = min(name, w-2-26)
	return widget.Fit(s.Title, name) + strings.Join(known, " · ")
}

func (h *Home) obligationRows(w int) []widget.Row {
	var rows []widget.Row
	for _, o := range h.obliged {
		mark := h.t.Strong(theme.RoleWarn, h.t.Sign(theme.Warn)) + " "
		text := "Still to be done: " + strings.TrimSuffix(h.say(o.What, 300), ".")
		if o.Closes != "" {
			text += ". Closed by: " + strings.TrimSuffix(h.say(o.Closes, 200), ".")
		}
		text += fmt.Sprintf(" (run %s, %s ago)", o.Run, widget.Ago(h.tick.Now.Sub(o.At)))
		for _, line := range widget.Hang(mark, text, w, 2) {
			rows = append(rows, widget.Row{Heading: true, Text: line})
		}
	}
	return rows
}

// openRuns are the runs to go on with: those whose outcome is unknown, then the others, newest first.
func (h *Home) openRuns() (unknown, others []*steps.RunSummary) {
	for i := range h.runs {
		r := &h.runs[i]
		switch {
		case !Open(r, h.d.Environment.Name):
		case r.State == steps.RunUnsure:
			unknown = append(unknown, r)
		default:
			others = append(others, r)
		}
	}
	return unknown, others
}

func (h *Home) runRows(runs []*steps.RunSummary, w int) []widget.Row {
	var rows []widget.Row
	for _, r := range runs {
		sign, _, role := h.runSign(r)
		title := h.say(r.Title, 80)
		for _, name := range slices.Sorted(maps.Keys(r.Params)) {
			title += ", " + h.say(r.Params[name].Text, 60)
		}
		name := 46
		if h.stack {
			name = 37
		}
		name = min(name, max(12, w/2))
		left := widget.Fit(r.ID+"  "+title, name-2) + "  "
		text := left + h.runText(r)
		row := widget.Row{ID: "run:" + r.ID, Text: text, Lead: h.t.Strong(role, sign)}
		if r.Held {
			row.Blocked = "run " + r.ID + " is held by " + h.say(r.Holder, 40)
		}
		rows = append(rows, row)
		h.goes[row.ID] = deps.OpenRun{ID: r.ID}
	}
	return rows
}

// runSign is a run's sign: one that was merely left waits for somebody.
func (h *Home) runSign(r *steps.RunSummary) (sign, word string, role theme.Role) {
	switch r.State {
	case steps.RunHalted, steps.RunInterrupted:
		return h.t.Sign(theme.Wait), "", theme.RoleWait
	default:
		return h.t.RunState(r.State)
	}
}

// runText says who left a run where.
func (h *Home) runText(r *steps.RunSummary) string {
	who := h.say(r.Operator, 30)
	since := h.tick.Now.Sub(r.Updated)
	when := "left " + h.t.Minute(r.Updated)
	if since > 20*time.Hour {
		when = "left " + widget.Ago(since) + " ago"
	}
	at := fmt.Sprintf("at step %d of %d", r.Number, r.Total)
	title := ""
	if r.StepTitle != "" {
		title = fmt.Sprintf(" %q", h.say(r.StepTitle, 60))
	}
	switch {
	case r.State == steps.RunUnsure:
		return fmt.Sprintf("%s, outcome unknown for %s: step %d%s", who, widget.Ago(since), r.Number, title)
	case r.Held:
		return fmt.Sprintf("%s is at it: step %d of %d%s", who, r.Number, r.Total, title)
	case r.State == steps.RunFailedState:
		return fmt.Sprintf("%s, failed %s ago %s%s", who, widget.Ago(since), at, title)
	default:
		return fmt.Sprintf("%s, %s %s%s", who, when, at, title)
	}
}

func (h *Home) procedure(id string) *checklists.Summary {
	for i := range h.procs {
		if h.procs[i].ID == id {
			return &h.procs[i]
		}
	}
	return nil
}

// rehearsed is when a procedure was last gone through to its end in practice; zero: never, as far as this record knows.
func (h *Home) rehearsed(id string) time.Time { return h.lastRun(id, practice) }

func (h *Home) lastRun(id, environment string) time.Time {
	var at time.Time
	for i := range h.runs {
		if r := &h.runs[i]; r.Procedure == id && r.Environment == environment && r.State == steps.RunDone && r.Finished.After(at) {
			at = r.Finished
		}
	}
	return at
}

// counts is the title's words: how many problems, how many open runs.
func (h *Home) counts() string {
	var parts []string
	if n := len(h.problems()); n > 0 {
		parts = append(parts, widget.Count(n, "problem", "problems"))
	}
	unknown, others := h.openRuns()
	if n := len(unknown) + len(others); n > 0 {
		parts = append(parts, widget.Count(n, "open run", "open runs"))
	}
	if len(parts) == 0 {
		return "2 Right now"
	}
	return "2 Right now · " + strings.Join(parts, ", ")
}
