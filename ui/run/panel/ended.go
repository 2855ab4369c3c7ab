package panel

import (
	"fmt"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// failed is a step that holds the run: it failed, or could not look.
func failed(in *In, p *Panel) {
	st := in.State()
	took := ""
	if !st.EnteredAt.IsZero() && (in.Step.Kind == "wait" || in.Step.Kind == "do") {
		took = " after " + rows.Length(st.SettledAt.Sub(st.EnteredAt))
	}
	sign, word := rows.R(rows.Bad, "✗ "), "failed"+took
	if st.State == steps.Unknown {
		sign, word = rows.R(rows.Unknown, "? "), "could not look"+took
	}
	spans := []rows.Span{sign, rows.R(rows.Bold, word)}
	if t := tally(st.Evidence.Facts); t != "" && len(st.Evidence.Facts) > 1 {
		spans = append(spans, rows.S("           "+t))
	}
	at := st.EvidenceAt
	if at.IsZero() {
		at = st.SettledAt
	}
	p.State = rows.Line(spans...).With(rows.R(rows.Muted, in.ago(at)))
	if len(st.Evidence.Facts) > 0 {
		p.tight(Facts, facts(in, st.Evidence.Facts))
	}
	what := st.Why
	if what == "" {
		what = st.Evidence.Summary
	}
	if st.Error != "" && !strings.Contains(what, st.Error) {
		what = strings.TrimSpace(strings.TrimSuffix(what, ".") + ". " + st.Error)
	}
	if what == "" {
		what = "it did not end well; the log may say more"
	}
	rs := in.labelled("What happened", rows.Plain, what)
	meaning := in.sentBefore()
	if !st.IntentAt.IsZero() {
		meaning = "it was sent once at " + in.clock(st.IntentAt) + receipt(st.Receipt) + "."
		if t := effect(st.Plan, "if it fails"); t != "" {
			meaning += " " + t
		}
		if st.Outcome == steps.CodeRejected || st.Outcome == steps.CodeNotSent {
			meaning = "nothing has changed: the service did not take it."
		}
	}
	p.tight(Text, append(rs, in.labelled("For production", rows.Plain, meaning)...))
	p.add(Prose, in.Prose)
	items := []Item{again(in)}
	if in.Step.Kind == "check" || in.Step.Kind == "command" || in.Step.Kind == "wait" {
		items = append(items, approveIt())
	}
	items = append(items, in.problems()...)
	if in.Step.Kind == "wait" || in.Step.Kind == "do" {
		items = append(items, readLog("4; what the service says"))
	}
	items = append(items, skipIt(), handOver())
	in.next(p, items...)
}

// sentBefore says what a failure means where this step itself sends nothing: what an earlier step has sent stands.
func (in *In) sentBefore() string {
	var last *steps.Step
	for i := range in.Run.Procedure.Steps {
		s := &in.Run.Procedure.Steps[i]
		if st := in.Run.Steps[s.ID]; !st.IntentAt.IsZero() && st.Sent() {
			last = s
		}
	}
	if last == nil {
		return "nothing was sent in this run; nothing has changed by it."
	}
	st := in.Run.Steps[last.ID]
	text := Name(in.Run, last) + " was sent at " + in.clock(st.IntentAt) + receipt(st.Receipt)
	if t := effect(st.Plan, "if it fails"); t != "" && in.Step.Kind == "wait" {
		text += "; " + t
	}
	return text
}

// problems are procedures that mend what is wrong right now.
func (in *In) problems() []Item {
	if in.Snapshot == nil {
		return nil
	}
	var out []Item
	for _, pr := range in.Snapshot.Problems {
		if pr.Procedure == "" || pr.Procedure == in.Run.Procedure.ID || len(out) == 2 {
			continue
		}
		out = append(out, Item{Cells: []string{"Open " + pr.Procedure, pr.Summary}, Action: "open " + pr.Procedure + " (sends nothing)", Act: Act{OpenOther, pr.Procedure}})
	}
	return out
}

// paused is a run that is not driven any more though it may be.
func paused(in *In, p *Panel) {
	st := in.State()
	code, text, word := steps.Code(""), "", "paused"
	switch b := in.Run.Stop.(type) {
	case steps.RunPaused:
		code, text = b.Why, b.Text
	case steps.RunFailed:
		text, word = b.Error, "stopped at a failed step"
	case steps.RunUnknown:
		text, word = b.Error, "stopped: an outcome is not known"
	}
	before := ", before anything was sent in this step"
	if !st.IntentAt.IsZero() {
		before = ""
	}
	p.State = rows.Line(rows.R(rows.Warn, "! "), rows.R(rows.Bold, word), rows.S(before))
	if text == "" {
		text = pauseText[code]
	}
	rs := in.labelled("What happened", rows.Plain, text)
	rs = append(rs, in.labelled("For production", rows.Plain, in.sentWord())...)
	if code == steps.CodeCredentials && in.Environment.Profile != "" {
		rs = append(rs, in.labelled("Next", rows.Plain, "in another terminal:   aws sso login --profile "+in.Environment.Profile)...)
		rs = append(rs, in.labelled("", rows.Plain, "Going on compares account and region with "+in.Environment.Account+"/"+in.Environment.Region+", reads the state again and makes the plan anew. The clock runs on.")...)
	}
	p.tight(Text, rs)
	items := []Item{{Cells: []string{"Go on with the run", "looks again first; reads only"}, Action: "go on with the run: look again first (reads only)", Act: Act{Do: Resume}}}
	if in.ByHand != "" {
		items = append(items, Item{Cells: []string{"Work by hand", "c copies this step's commands"}, Action: "copy the commands (sends nothing)", Act: Act{Do: Copy}})
	}
	items = append(items, handOver(), Item{Cells: []string{"Leave", "the run is kept: runbook resume " + in.Run.ID}, Action: "leave; the run is kept", Act: Act{Do: Leave}})
	in.list(p, items)
}

var pauseText = map[steps.Code]string{"": "a person paused the run.", steps.CodeGate: "a person's word is missing.", steps.CodeInterrupted: "the program was told to end.",
	steps.CodeCredentials: "the login has expired.", steps.CodePlace: "account, region or environment are not those of this run.", steps.CodeThrottled: "the service asks us to slow down.",
	steps.CodeUnreachable: "the service does not answer.", steps.CodeStalePlan: "the facts of the plan moved before it was sent.", steps.CodeHeld: "another process drives the run."}

// looked is another step than the present one: what is known of it, and nothing to answer.
func looked(in *In, p *Panel) {
	st := in.State()
	switch st.Phase {
	case steps.PhaseSettled:
		at := st.EvidenceAt
		if at.IsZero() {
			at = st.SettledAt
		}
		p.State = verdict(in, st.State, st.Evidence, at)
		in.record(p)
	case "":
		p.State = rows.Line(rows.R(rows.Muted, "· "), rows.R(rows.Bold, "to do"))
		if in.Step.When != nil {
			p.add(Text, in.labelled("Only if", rows.Plain, in.Step.When.String()))
		}
	default:
		p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "begun"))
	}
	p.add(Prose, in.Prose)
	in.uses(p)
	p.Action, p.Enter = "back to the present step", Act{Do: Present}
}

// record is what a settled step left.
func (in *In) record(p *Panel) {
	st := in.State()
	if len(st.Evidence.Facts) > 0 {
		p.add(Facts, facts(in, st.Evidence.Facts))
	}
	var rs []rows.Row
	add := func(label, text string) {
		if text != "" {
			rs = append(rs, in.labelled(label, rows.Plain, text)...)
		}
	}
	add("What was seen", st.Evidence.Summary)
	switch {
	case st.Answer.Value != "":
		add("Answer", short(st.Answer.Value)+by(st.Answer.By))
	case st.Answer.Link != "":
		add("Answer", st.Answer.Link+by(st.Answer.By))
	}
	for _, name := range sortedKeys(st.Answer.Values) {
		add(strings.ReplaceAll(name, "_", " "), st.Answer.Values[name])
	}
	add("Why", st.Answer.Why)
	if st.Why != st.Evidence.Summary && st.Why != st.Answer.Why {
		add("Ended", st.Why+by(st.By))
	}
	if !st.IntentAt.IsZero() {
		add("Sent", "once at "+in.clock(st.IntentAt)+receipt(st.Receipt))
	}
	for _, name := range sortedKeys(st.Saves) {
		add(strings.ReplaceAll(name, "_", " "), Short(st.Saves[name]))
	}
	add("Ended at", in.clock(st.SettledAt)+", "+in.ago(st.SettledAt))
	p.add(Text, rs)
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return ", by " + who
}

// finished is a run that is over.
func finished(in *In, p *Panel) {
	done, of := 0, 0
	for _, s := range in.Run.Procedure.Steps {
		of++
		if in.Run.Steps[s.ID].Phase == steps.PhaseSettled {
			done++
		}
	}
	var rs []rows.Row
	switch b := in.Run.Stop.(type) {
	case steps.RunAborted:
		p.State = rows.Line(rows.R(rows.Muted, "- "), rows.R(rows.Bold, "dropped by "+b.By), rows.S(" at "+in.clock(in.Run.EndedAt)))
		rs = append(rs, in.labelled("Why", rows.Plain, b.Why)...)
	case steps.RunFinished:
		sign := stateSign[b.Worst]
		p.State = rows.Line(rows.R(sign.Role, sign.Text+" "), rows.R(rows.Bold, "done"), rows.S(" at "+in.clock(in.Run.EndedAt)+worst[b.Worst]))
	}
	p.Title = "Run " + in.Run.ID + " is over"
	rs = append(rs, in.labelled("Steps", rows.Plain, fmt.Sprintf("%d of %d have ended, %s", done, of, rows.Length(in.Run.EndedAt.Sub(in.Run.StartedAt))))...)
	if o, ok := Objective(in.Run, in.Now); ok {
		rs = append(rs, rows.Line(rows.S(rows.Pad("Objective", 17)), o))
	}
	for _, s := range in.Run.Procedure.Steps {
		if st := in.Run.Steps[s.ID]; st.Phase == steps.PhaseSettled && st.State != steps.Passed && st.State != steps.NotApplicable {
			sign := stateSign[st.State]
			rs = append(rs, rows.Line(rows.S(strings.Repeat(" ", 17)), sign, rows.S(" "+Name(in.Run, &s)+reasonOf(st))))
		}
	}
	for _, id := range sortedKeys(in.Run.Obliged) {
		rs = append(rs, in.labelled("Remains", rows.Warn, "! "+in.Run.Obliged[id].What)...)
	}
	rs = append(rs, in.labelled("Record", rows.Plain, "runbook report "+in.Run.ID)...)
	p.add(Facts, rs)
	p.Action, p.Enter = "leave; the record is kept", Act{Do: Leave}
}

var worst = map[steps.State]string{steps.Warned: ", with a warning", steps.Skipped: ", with a step skipped", steps.Approved: ", with an approval", steps.Failed: ", with a failed step",
	steps.Unknown: ", with something not known"}

func reasonOf(st *steps.StepState) string {
	if st.Why == "" {
		return ""
	}
	return ": " + st.Why
}

// watching is somebody else's run.
func watching(in *In, p *Panel) {
	st := in.State()
	p.State = rows.Line(rows.R(rows.Muted, "  "), rows.S("You are watching. Your keys change nothing."))
	at := in.Step.Title
	rs := rows.Labelled(in.Watching+" is at", 21, rows.Plain, at, in.Width)
	sent := "nothing yet"
	for _, s := range in.Run.Procedure.Steps {
		if t := in.Run.Steps[s.ID].IntentAt; !t.IsZero() {
			sent = Name(in.Run, &s) + ", at " + in.clock(t)
		}
	}
	rs = append(rs, rows.Labelled("Sent in this run", 21, rows.Plain, sent, in.Width)...)
	if st.Phase == steps.PhaseAsked {
		rs = append(rs, rows.Labelled("Asked", 21, rows.Plain, st.Asked.Prompt, in.Width)...)
	}
	p.add(Text, rs)
	rs = rows.Labelled("You can", 21, rows.Plain, "/ filter your own log · [ ] look at other steps · H handover card", in.Width)
	rs = append(rs, rows.Labelled("You cannot", 21, rows.Plain, "answer, send, skip or drop: "+in.Watching+" holds the run", in.Width)...)
	p.add(Text, rs)
	p.Action = "does nothing while you watch"
}
