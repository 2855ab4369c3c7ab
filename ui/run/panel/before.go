package panel

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// before is the present step until it has a question, a plan or a result.
func before(in *In, p *Panel) {
	st := in.State()
	switch {
	case in.Step.Kind == "wait" && (st.Phase != "" || in.Busy() != ""):
		wait(in, p)
	case in.trouble():
		trouble(in, p)
	case in.Busy() != "":
		busy(in, p)
	case st.Phase == "" && in.Last != nil && in.Progress.Held:
		*p = in.lookBack(*p)
	case st.Phase == "" && in.Progress.Held:
		notBegun(in, p)
	default:
		busy(in, p)
	}
}

var doing = map[string]string{"looking": "looking", "planning": "making the plan", "sending": "sent, waiting for an answer", "resolving": "finding out what became of it",
	"verifying": "looking for what was sent", "executing": "running the command", "sleeping": "waiting before the next look"}

// busy is a look, a plan or a command under way.
func busy(in *In, p *Panel) {
	word := doing[in.Busy()]
	if word == "" {
		word = "one moment"
	}
	p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, word))
	if in.Busy() != "" && !in.Progress.Since.IsZero() {
		p.State = p.State.With(rows.R(rows.Muted, "since "+in.clock(in.Progress.Since)+", "+rows.Length(in.Now.Sub(in.Progress.Since))))
	}
	p.add(Prose, in.Prose)
	if lapsed := in.State().Lapsed; lapsed != "" {
		p.add(Text, in.labelled("! old plan", rows.Warn, "the plan before this one was dropped, unsent: "+lapsed))
	}
	if in.Busy() != "" && len(in.Progress.Seen.Facts) > 0 {
		p.add(Facts, facts(in, in.Progress.Seen.Facts))
	}
	in.uses(p)
	p.Action = "nothing to do: it goes on by itself"
}

// notBegun is a step that waits for a person to let it start.
func notBegun(in *In, p *Panel) {
	p.State = rows.Line(rows.R(rows.Accent, "▸ "), rows.R(rows.Bold, "not begun"))
	p.add(Prose, in.Prose)
	in.uses(p)
	p.Action, p.Enter = "start: "+starts[in.Step.Kind], Act{Do: GoOn}
	if in.Step.Kind == "follow" {
		p.Action = "open " + in.Step.Use + " (sends nothing)"
	}
}

// starts says what letting a step start does, before it is done.
var starts = map[string]string{"tick": "your word is asked (sends nothing)", "ask": "a few values are asked (sends nothing)", "choose": "look what there is to choose (reads only)",
	"check": "run the check (reads only)", "do": "make the plan (reads; nothing is sent yet)", "wait": "look until it is there (reads only)",
	"decide": "your decision is asked (sends nothing)", "follow": "open the procedure (sends nothing)", "command": "run the command (reads only)"}

// uses shows what a step will run: the argv of a command, one argument a row, its folder and its limit.
func (in *In) uses(p *Panel) {
	if in.Step.Kind != "command" || len(in.Step.Argv) == 0 {
		return
	}
	var rs []rows.Row
	for i, arg := range in.Step.Argv {
		head := "               "
		if i == 0 {
			head = "  runs         "
		}
		rs = append(rs, rows.Text(head+Expand(in.Run, in.Step, arg)))
	}
	if in.Step.Dir != "" {
		rs = append(rs, rows.Text("  in           "+Expand(in.Run, in.Step, in.Step.Dir)))
	}
	if in.Step.Timeout > 0 {
		rs = append(rs, rows.Text("  at most      "+rows.About(in.Step.Timeout)))
	}
	p.add(Facts, rs)
}

// lookBack shows the step that has just ended, with Enter leading to the present one.
func (in *In) lookBack(p Panel) Panel {
	next := in.Step
	back := *in
	back.Step = in.Last
	p = Panel{Title: back.title(), Tag: rows.S(in.Last.Kind)}
	looked(&back, &p)
	p.Items = nil
	n, _ := Place(in.Run, next)
	p.Action = fmt.Sprintf("next, step %d: %s", n, starts[next.Kind])
	if next.Kind == "follow" {
		p.Action = fmt.Sprintf("next, step %d: open %s (sends nothing)", n, next.Use)
	}
	p.Enter = Act{Do: GoOn}
	return p
}

// labelled is a row with a label as the panels of trouble have it: seventeen columns, then text.
func (in *In) labelled(label string, role rows.Role, text string) []rows.Row {
	out := rows.Labelled(label, 17, role, text, in.Width)
	return out
}

// facts are lines of evidence: sign, word, label, text.
func facts(in *In, all []steps.Fact) []rows.Row {
	column := 0
	for _, f := range all {
		column = max(column, min(24, rows.Width(f.Label)))
	}
	var out []rows.Row
	for _, f := range all {
		head := "  "
		role := rows.Plain
		if f.State != "" {
			sign := stateSign[f.State]
			head, role = sign.Text+" "+rows.Pad(factWord[f.State], 6), sign.Role
		}
		label := ""
		if column > 0 {
			label = rows.Pad(f.Label, column+2)
		}
		indent := rows.Width(head) + rows.Width(label)
		for i, line := range rows.Wrap(f.Text, max(8, in.Width-indent)) {
			if i > 0 {
				out = append(out, rows.Text(strings.Repeat(" ", indent)+line))
				continue
			}
			out = append(out, rows.Line(rows.R(role, head), rows.S(label), rows.S(line)))
		}
	}
	return out
}

var factWord = map[steps.State]string{steps.Passed: "pass", steps.Warned: "warn", steps.Failed: "fail", steps.Unknown: "?", steps.Approved: "appr", steps.Skipped: "skip",
	steps.NotApplicable: "n/a", steps.Waiting: "wait"}

// tally counts what facts say: 3 pass · 1 warns · 1 fails.
func tally(all []steps.Fact) string {
	n := map[steps.State]int{}
	for _, f := range all {
		n[f.State]++
	}
	var parts []string
	add := func(s steps.State, one, many string) {
		switch {
		case n[s] == 1:
			parts = append(parts, "1 "+one)
		case n[s] > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n[s], many))
		}
	}
	add(steps.Passed, "passes", "pass")
	add(steps.Warned, "warns", "warn")
	add(steps.Failed, "fails", "fail")
	add(steps.Unknown, "not known", "not known")
	return strings.Join(parts, " · ")
}

// byHand is what to type when the program cannot run.
func byHand(in *In) []rows.Row {
	if strings.TrimSpace(in.ByHand) == "" {
		return nil
	}
	out := []rows.Row{rows.In(rows.Muted, "By hand (c copies it)")}
	for line := range strings.SplitSeq(strings.TrimRight(in.ByHand, "\n"), "\n") {
		for i, part := range rows.Wrap(line, max(8, in.Width-6)) {
			lead := "  "
			if i > 0 {
				lead = "      " // one line of the block; c copies it whole
			}
			out = append(out, rows.Text(lead+part))
		}
	}
	return out
}
