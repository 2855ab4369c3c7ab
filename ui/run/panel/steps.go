package panel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// Sign is the one-column mark of a step, and its role.
func Sign(run *steps.Run, s *steps.Step, progress engine.Progress) rows.Span {
	st := run.Steps[s.ID]
	cur := run.Current()
	here := cur != nil && cur.ID == s.ID
	switch {
	case st.Open() && (!here || progress.Step != s.ID || progress.Doing != "sending"):
		return rows.R(rows.Unknown, "?")
	case st.Phase == steps.PhaseSettled && (s.Kind != "follow" || cur == nil || !cur.ID.Under(s.ID)):
		return stateSign[st.State]
	case cur != nil && !here && s.Kind == "follow" && cur.ID.Under(s.ID):
		return rows.R(rows.Accent, "▸")
	case here && progress.Step == s.ID && progress.Doing != "":
		return rows.R(rows.Wait, "~")
	case here:
		return rows.R(rows.Accent, "▸")
	case s.Kind == "do":
		return rows.S("◆")
	}
	return rows.R(rows.Muted, "·")
}

var stateSign = map[steps.State]rows.Span{
	steps.Passed: rows.R(rows.OK, "✓"), steps.Warned: rows.R(rows.Warn, "!"), steps.Failed: rows.R(rows.Bad, "✗"), steps.Unknown: rows.R(rows.Unknown, "?"),
	steps.Approved: rows.R(rows.Warn, "✓"), steps.Skipped: rows.R(rows.Muted, "-"), steps.NotApplicable: rows.R(rows.Muted, "-"), steps.Waiting: rows.R(rows.Wait, "~"),
	"": rows.R(rows.Muted, "·"),
}

// Siblings are the steps of the scope that s stands in, in document order.
func Siblings(run *steps.Run, s *steps.Step) []*steps.Step {
	var out []*steps.Step
	for i := range run.Procedure.Steps {
		if run.Procedure.Steps[i].ID.Scope() == s.ID.Scope() {
			out = append(out, &run.Procedure.Steps[i])
		}
	}
	return out
}

// Strip is the row of signs that stands for the steps panel on narrow screens: rollback-image ✓ ✓ ▸ · 3 of 4.
func Strip(in In) rows.Row {
	all := Siblings(in.Run, in.Step)
	n, of := Place(in.Run, in.Step)
	crumbs := Crumbs(in.Run, in.Step)
	tail := rows.S(fmt.Sprintf("  %d of %d", n, of))
	right := rows.R(rows.Muted, "1 steps  3 state  4 log")
	if in.Width < 72 {
		right.Text = ""
	}
	room := in.Width - rows.Width(crumbs[len(crumbs)-1]) - rows.Width(tail.Text) - rows.Width(right.Text) - 4
	from, to := window(len(all), n-1, max(3, room/2))
	spans := []rows.Span{rows.S(crumbs[len(crumbs)-1] + " ")}
	if from > 0 {
		spans = append(spans, rows.R(rows.Muted, " …"))
	}
	for _, s := range all[from:to] {
		spans = append(spans, rows.S(" "), Sign(in.Run, s, in.Progress))
	}
	if to < len(all) {
		spans = append(spans, rows.R(rows.Muted, " …"))
	}
	return rows.Line(append(spans, tail)...).With(right)
}

// window is the part of n rows, at most size long, that shows row at.
func window(n, at, size int) (from, to int) {
	if n <= size {
		return 0, n
	}
	from = max(0, min(at-size/2, n-size))
	return from, min(n, from+size)
}

// Steps is the steps panel: the steps of the present procedure around the one shown, where it was opened from, what was answered.
// cursor is the row of the focused list, -1 where it is not in focus.
func Steps(in In, height, cursor int) []rows.Row {
	if height < 1 {
		return nil
	}
	all := Siblings(in.Run, in.Step)
	below := in.aside(all)
	n, _ := Place(in.Run, in.Step)
	at := n - 1
	if cursor >= 0 {
		at = cursor
	}
	from, to := window(len(all), at, height)
	var out []rows.Row
	for i := from; i < to; i++ {
		s := all[i]
		sign := Sign(in.Run, s, in.Progress)
		role := rows.Plain
		if s.ID == in.Step.ID {
			role = rows.Bold
		}
		title := rows.R(role, Name(in.Run, s))
		number := fmt.Sprintf(" %d ", i+1)
		if len(all) > 9 {
			number = fmt.Sprintf(" %2d ", i+1)
		}
		r := rows.Line(sign, rows.S(number), title)
		r.Cursor = i == cursor
		r.Item = i + 1
		out = append(out, r)
	}
	if from > 0 {
		out[0] = rows.In(rows.Muted, fmt.Sprintf("▾ %d before", from+1))
	}
	if to < len(all) {
		out[len(out)-1] = rows.In(rows.Muted, fmt.Sprintf("▾ %d more", len(all)-to+1))
	}
	for _, r := range below {
		if len(out) >= height {
			break
		}
		out = append(out, r)
	}
	return out
}

// aside is what stands below the steps, where there is room.
func (in *In) aside(all []*steps.Step) []rows.Row {
	var out []rows.Row
	block := func(rs ...rows.Row) { out = append(append(out, rows.Blank()), rs...) }
	if i := slices.IndexFunc(all, func(s *steps.Step) bool { return s.Kind == "do" }); i >= 0 {
		if !in.Production {
			block(rows.Text("◆ changes the cloud"))
		} else {
			block(rows.Text("◆ changes PRODUCTION"), rows.In(rows.Muted, fmt.Sprintf("  step %d", i+1)))
		}
	}
	if f := in.Run.Procedure.Step(in.Step.ID.Scope()); f != nil {
		n, _ := Place(in.Run, f)
		crumbs := Crumbs(in.Run, f)
		block(rows.In(rows.Muted, "From"), rows.Text(fmt.Sprintf("  %s, step %d", crumbs[len(crumbs)-1], n)))
	} else if o := in.Run.Started.From; o != nil {
		block(rows.In(rows.Muted, "From"), rows.Text("  run "+o.Run), rows.Text("  "+string(o.Step)))
	}
	if rs := Answers(in.Run); len(rs) > 0 {
		block(append([]rows.Row{rows.In(rows.Muted, "Answered")}, rs...)...)
	}
	switch {
	case in.Run.Over():
	case in.Auto:
		block(rows.In(rows.Muted, "Goes on by itself after"), rows.In(rows.Muted, "a pass (A switches)"))
	default:
		block(rows.In(rows.Muted, "Waits for enter after"), rows.In(rows.Muted, "a pass (A switches)"))
	}
	return out
}

// Answers are the variables that people have set, newest last.
func Answers(run *steps.Run) []rows.Row {
	var out []rows.Row
	for i := range run.Procedure.Steps {
		s := &run.Procedure.Steps[i]
		st := run.Steps[s.ID]
		switch s.Kind {
		case "ask", "choose", "decide":
		default:
			continue
		}
		if st.Phase != steps.PhaseSettled || st.Answer.By == "" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(st.Saves)) {
			label := strings.ReplaceAll(name, "_", " ")
			out = append(out, rows.Line(rows.S("  "+rows.Pad(label, 13)), rows.S(Short(st.Saves[name]))))
		}
		if len(st.Saves) == 0 && st.Answer.Value != "" {
			out = append(out, rows.Line(rows.S("  "+rows.Pad(s.ID.Own(), 13)), rows.S(st.Answer.Value)))
		}
	}
	return out
}

// Short is a value for a narrow column: backend.12 for the image :jaja-backend.backend.12.
func Short(v steps.Value) string {
	if v.Kind == steps.KindImage {
		return ShortImage(v.Text)
	}
	if v.Kind == steps.KindTime {
		if t, err := time.Parse(time.RFC3339, v.Text); err == nil {
			return t.UTC().Format("15:04:05")
		}
	}
	return v.Text
}

// ShortImage is an image's name without its service.
func ShortImage(name string) string {
	if strings.HasPrefix(name, ":") {
		if _, rest, ok := strings.Cut(name, "."); ok {
			return rest
		}
	}
	return name
}
