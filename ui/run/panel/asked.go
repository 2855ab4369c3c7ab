package panel

import (
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// asked is the present step while a question is open.
func asked(in *In, p *Panel) {
	st := in.State()
	p.Form = st.Asked.Form
	switch st.Asked.Form {
	case steps.FormTick:
		tick(in, p)
	case steps.FormAsk:
		ask(in, p)
	case steps.FormChoose:
		choose(in, p)
	case steps.FormDecide:
		decide(in, p)
	case steps.FormConfirm:
		plan(in, p)
	case steps.FormReason:
		reason(in, p)
	}
}

// answered is the moment between an answer and what the engine makes of it.
func answered(in *In, p *Panel) {
	if in.Step.Kind == "do" {
		sending(in, p)
		return
	}
	busy(in, p)
}

// yours is the state line of a question.
func (in *In) yours(what string) rows.Row {
	r := rows.Line(rows.R(rows.Accent, "▸ "), rows.R(rows.Bold, what))
	st := in.State()
	if !st.EvidenceAt.IsZero() && st.Asked.Form != steps.FormTick {
		return r.With(rows.R(rows.Muted, "read "+in.ago(st.EvidenceAt)))
	}
	return r.With(rows.R(rows.Muted, "asked "+in.ago(st.AskedAt)))
}

func tick(in *In, p *Panel) {
	p.State = in.yours("your word")
	p.add(Prose, in.Prose)
	p.add(Text, rows.Paragraph(in.State().Asked.Prompt, 0, in.Width))
	field := rows.Line(rows.S("  Your word   "), rows.S(in.Typed.Text))
	if in.Typed.On {
		field.Caret = 14 + in.Typed.Caret
	}
	rs := []rows.Row{field}
	takes := "yes, a note or a link"
	switch in.State().Asked.Accepts {
	case "link":
		takes = "a link (https://…)"
	case "note":
		takes = "a note or a link"
	}
	hint := takes + ". Empty is no tick."
	if in.Step.FreshFor > 0 {
		hint += " Counts for " + rows.About(in.Step.FreshFor) + "."
	}
	if in.Note != "" {
		rs = append(rs, rows.Line(rows.S("              "), rows.R(rows.Warn, "! "+in.Note)))
	}
	p.add(Text, append(rs, rows.In(rows.Muted, "              "+hint)))
	p.Enter = Act{Do: Keep}
	switch {
	case strings.TrimSpace(in.Typed.Text) == "":
		p.Action = "nothing yet: type " + takes
	case IsLink(in.Typed.Text):
		p.Action = "tick this as " + in.Operator + ", with the link"
	default:
		p.Action = "tick this as " + in.Operator
	}
	if !in.Typed.On && strings.TrimSpace(in.Typed.Text) == "" {
		p.Action = "type your word (sends nothing)"
	}
}

// IsLink reports whether a tick's words are a link.
func IsLink(text string) bool {
	text = strings.TrimSpace(text)
	return (strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")) && !strings.ContainsAny(text, " \t")
}

func ask(in *In, p *Panel) {
	p.State = in.yours("your answer")
	p.add(Prose, in.Prose)
	if q := in.State().Asked.Prompt; q != "" && q != in.Step.Title {
		p.add(Text, rows.Paragraph(q, 0, in.Width))
	}
	column := 0
	for _, f := range in.Typed.Form {
		column = max(column, min(24, rows.Width(f.Prompt)))
	}
	var rs []rows.Row
	for i, f := range in.Typed.Form {
		head := "  " + rows.Pad(f.Prompt, column+3)
		r := rows.Line(rows.S(head), rows.S(f.Text))
		if i == in.Typed.At {
			r.Left[0].Role = rows.Bold
			if in.Typed.On {
				r.Caret = rows.Width(head) + f.Caret
			}
		}
		if i < len(in.Typed.Drawn) {
			r.Raw, r.Caret = in.Typed.Drawn[i], -1
		}
		rs = append(rs, r)
		if f.Problem != "" {
			for _, line := range rows.Wrap(f.Problem, in.Width-column-9) {
				rs = append(rs, rows.Line(rows.S(strings.Repeat(" ", column+5)), rows.R(rows.Warn, "! "+line)))
			}
		}
	}
	p.add(List, rs)
	p.add(Text, []rows.Row{rows.In(rows.Muted, "tab, shift+tab move · ctrl+u clears · esc leaves the form, answers are kept")})
	p.Enter = Act{Do: Keep}
	switch bad := in.badField(); {
	case bad != "":
		p.Action = "nothing yet: " + bad
	case in.Typed.At < len(in.Typed.Form)-1:
		p.Action = "next field"
	default:
		p.Action = "keep these answers (sends nothing)"
	}
	if !in.Typed.On {
		p.Action = "go on with the form (sends nothing)"
	}
}

// badField is the complaint about the field in focus, "" where there is none.
func (in *In) badField() string {
	if in.Typed.At < len(in.Typed.Form) {
		if f := in.Typed.Form[in.Typed.At]; f.Problem != "" {
			return strings.ToLower(f.Prompt) + " does not fit"
		}
	}
	return ""
}

func choose(in *In, p *Panel) {
	a := in.State().Asked
	p.State = in.yours("your choice")
	p.add(Prose, in.Prose)
	if len(a.Choices) == 0 {
		text := in.Step.Empty
		if text == "" {
			text = "there is nothing to choose from"
		}
		p.add(Text, in.labelled("What happened", rows.Plain, text))
		in.next(p, again(in), skipIt(), handOver())
		return
	}
	var items []Item
	for _, c := range a.Choices {
		cells := c.Cells
		if in.Width < fullWidth && len(cells) > 0 { // cut at its end, a name would lose its number
			cells = append([]string{short(cells[0])}, cells[1:]...)
		}
		if len(cells) == 0 {
			cells = []string{c.Value}
		}
		it := Item{Cells: cells, Note: c.Note, Blocked: c.Blocked, Action: "choose " + short(c.Value) + " (sends nothing)", Act: Act{Choose, c.Value}}
		if c.Recommended && !strings.Contains(c.Note, "recommended") {
			it.Note = strings.TrimSuffix("recommended: "+c.Note, ": ")
		}
		if c.Blocked != "" {
			it.Note = "not to choose: " + c.Blocked
		}
		items = append(items, it)
	}
	if len(a.Columns) > 0 {
		p.add(Text, []rows.Row{header(a.Columns, items, in.Width)})
	} else {
		p.add(Text, []rows.Row{rows.In(rows.Muted, a.Prompt)})
	}
	in.list(p, items, a.Columns...)
	p.add(Extra, append(rows.Labelled("What this step does", 23, rows.Plain, "notes the choice for later steps. It sends nothing.", in.Width),
		rows.Labelled("To change it later", 23, rows.Plain, "e, as long as nothing has been sent.", in.Width)...))
}

// short is a value as the action line names it.
// fullWidth is the step panel's text at 80 columns and more.
const fullWidth = 76

func short(value string) string { return ShortImage(value) }

func decide(in *In, p *Panel) {
	a := in.State().Asked
	p.State = in.yours("your decision")
	if n := len(a.Facts); n > 0 {
		p.State = p.State.With(rows.R(rows.Muted, "from "+rows.Plural(n, "fact", "facts")+", read "+in.ago(in.State().AskedAt)))
	}
	p.add(Prose, in.Prose)
	recommended := ""
	for _, c := range a.Choices {
		if c.Recommended {
			recommended = label(c)
		}
	}
	var why []rows.Row
	switch {
	case recommended != "":
		why = append(why, rows.Line(rows.S("Recommended: "), rows.R(rows.Bold, recommended), rows.S(because(a, len(a.Facts)))))
	default:
		why = rows.Paragraph("No recommendation: no condition of an option holds. Choose by the facts.", 0, in.Width)
	}
	if recommended != "" && a.Because != "" && len(a.Facts) > 0 {
		why = append(why, rows.Paragraph(a.Because, 2, in.Width)...)
	}
	p.add(Text, why)
	p.tight(Facts, decideFacts(in, a.Facts))
	var items []Item
	for _, c := range a.Choices {
		it := Item{Label: label(c), Cells: append([]string{label(c)}, tail(c)...), Note: c.Note, Blocked: c.Blocked,
			Action: "decide: " + label(c) + " (sends nothing)", Act: Act{Choose, c.Value}}
		switch {
		case c.Blocked != "":
			it.Cells, it.Note = []string{label(c), "not to choose: " + c.Blocked}, ""
		case c.Recommended:
			it.Cells = append(it.Cells, "recommended")
			if it.Note == a.Because {
				it.Note = "" // it stands above the list
			}
		case recommended != "":
			it.Act.Do, it.Action = Reason, "against the recommendation: a reason is asked (sends nothing)"
		}
		items = append(items, it)
	}
	in.list(p, items)
}

func because(a steps.Asked, facts int) string {
	switch {
	case facts > 0:
		return ", because"
	case a.Because != "":
		return ", because " + a.Because
	}
	return ""
}

// label is what a choice is called: its first cell, else its value.
func label(c steps.Choice) string {
	if len(c.Cells) > 0 && c.Cells[0] != "" {
		return c.Cells[0]
	}
	return c.Value
}

func tail(c steps.Choice) []string {
	if len(c.Cells) > 1 {
		return c.Cells[1:]
	}
	return nil
}

func decideFacts(in *In, all []steps.Fact) []rows.Row {
	var out []rows.Row
	for _, f := range all {
		sign, ok := stateSign[f.State]
		if !ok || f.State == "" {
			sign = rows.R(rows.Muted, "·")
		}
		text := f.Text
		if f.Label != "" {
			text = f.Label + ": " + f.Text
		}
		for i, line := range rows.Wrap(text, max(8, in.Width-4)) {
			if i > 0 {
				out = append(out, rows.Text("    "+line))
				continue
			}
			out = append(out, rows.Line(rows.S("  "), sign, rows.S(" "+line)))
		}
	}
	return out
}

// reason is a check that warned: words are needed to go on.
func reason(in *In, p *Panel) {
	st := in.State()
	p.State = verdict(in, steps.Warned, st.Evidence, st.EvidenceAt)
	p.add(Prose, in.Prose)
	in.evidence(p, st.Evidence)
	p.Action, p.Enter = "give the reason to go on (sends nothing)", Act{Do: Reason}
}

// verdict is the state line of a look that has ended.
func verdict(in *In, s steps.State, o steps.Observed, at timeOf) rows.Row {
	sign := stateSign[s]
	word := map[steps.State]string{steps.Passed: "passed", steps.Warned: "passed with a warning", steps.Failed: "failed", steps.Unknown: "not known", steps.Approved: "approved",
		steps.Skipped: "skipped", steps.NotApplicable: "not applicable"}[s]
	spans := []rows.Span{rows.R(sign.Role, sign.Text+" "), rows.R(rows.Bold, word)}
	if t := tally(o.Facts); t != "" && len(o.Facts) > 1 {
		spans = append(spans, rows.S("           "+t))
	}
	r := rows.Line(spans...)
	if !at.IsZero() {
		r = r.With(rows.R(rows.Muted, in.ago(at)))
	}
	return r
}

// evidence is what a look saw.
func (in *In) evidence(p *Panel, o steps.Observed) {
	if len(o.Facts) > 0 {
		p.add(Facts, facts(in, o.Facts))
	}
	if o.Summary != "" {
		p.add(Text, rows.Paragraph(o.Summary, 0, in.Width))
	}
}
