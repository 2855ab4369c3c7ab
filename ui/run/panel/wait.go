package panel

import (
	"fmt"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// wait is a step that looks again and again until the cloud is there.
func wait(in *In, p *Panel) {
	if in.trouble() {
		trouble(in, p)
		return
	}
	st := in.State()
	looked := "not looked yet"
	if !in.Progress.SeenAt.IsZero() && in.Progress.Step == in.Step.ID {
		looked = "looked " + in.ago(in.Progress.SeenAt)
		if in.Progress.Next.After(in.Now) {
			looked += ", again in " + rows.About(in.Progress.Next.Sub(in.Now))
		}
	}
	p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "waiting for the cloud")).With(rows.R(rows.Muted, looked))
	var head []rows.Row
	if in.Progress.Step == in.Step.ID {
		if chain, ok := stages(in.Progress.Seen.Facts); ok {
			head = append(head, chain)
		}
	}
	p.tight(Text, append(head, in.bar(st)))
	if in.Progress.Step == in.Step.ID {
		p.add(Facts, append(in.seenRows(), in.summaryRow()...))
	}
	p.add(Text, in.pace(st))
	p.add(Prose, in.Prose)
	p.add(Text, in.stops(st))
	if in.Factor > 0 {
		p.tight(Extra, []rows.Row{rows.In(rows.Muted, ", slower · . faster clock: its figures count at full length")})
	}
	p.Action = "nothing to do: it goes on by itself"
}

// stages are facts without a text: the way that the cloud goes, created ✓ system ✓ health checks ▸.
func stages(all []steps.Fact) (rows.Row, bool) {
	spans := []rows.Span{rows.S("  ")}
	n := 0
	for _, f := range all {
		if f.Text != "" || f.State == "" && n == 0 {
			continue
		}
		sign := rows.R(rows.Muted, "·")
		switch f.State {
		case steps.Passed:
			sign = rows.R(rows.OK, "✓")
		case steps.Waiting:
			sign = rows.R(rows.Wait, "▸")
		case steps.Failed:
			sign = rows.R(rows.Bad, "✗")
		}
		spans = append(spans, rows.S(f.Label+" "), sign, rows.S("   "))
		n++
	}
	return rows.Line(spans...), n > 1
}

// seenRows are the facts of the last look that have a text.
func (in *In) seenRows() []rows.Row {
	var out []rows.Row
	for _, f := range in.Progress.Seen.Facts {
		if f.Text != "" {
			sign := stateSign[f.State]
			role := sign.Role
			if f.State == "" || f.State == steps.Waiting {
				role = rows.Plain
			}
			out = append(out, rows.Labelled("  "+f.Label, 14, role, f.Text, in.Width)...)
		}
	}
	return out
}

func (in *In) summaryRow() []rows.Row {
	if len(in.seenRows()) > 0 || in.Progress.Seen.Summary == "" {
		return nil
	}
	return rows.Labelled("  seen", 14, rows.Plain, in.Progress.Seen.Summary, in.Width)
}

// bar is how long it has taken, against the usual length, or the deadline where no run has ended here before.
func (in *In) bar(st *steps.StepState) rows.Row {
	took := max(0, in.Now.Sub(st.EnteredAt))
	whole, text := in.Step.Timeout, ""
	if u, ok := in.Usual[in.Step.ID]; ok && u.Runs > 0 {
		whole = u.Typical
		text = fmt.Sprintf("%s of about %s (%s: %s-%s)", rows.Length(took), rows.Length(u.Typical), rows.Plural(u.Runs, "run", "runs"), rows.Length(u.Least), rows.Length(u.Most))
	} else if whole > 0 {
		text = fmt.Sprintf("%s of at most %s", rows.Length(took), rows.Length(whole))
	} else {
		text = rows.Length(took)
	}
	return rows.Line(rows.S("  "), rows.R(rows.Wait, rows.Bar(took, whole, 28)), rows.S("  "+text))
}

// pace compares with the objective while there is time to tell people.
func (in *In) pace(st *steps.StepState) []rows.Row {
	rto := in.Run.Procedure.Objective.RTO
	if rto <= 0 {
		return nil
	}
	used := Used(in.Run, in.Now)
	text := fmt.Sprintf("%s of %s.", rows.Length(used), rows.Length(rto))
	role, label := rows.Plain, "  RTO"
	if u, ok := in.Usual[in.Step.ID]; ok && u.Runs > 0 {
		end := used + max(0, u.Typical-in.Now.Sub(st.EnteredAt))
		at := in.Now.Add(max(0, u.Typical-in.Now.Sub(st.EnteredAt)))
		text += " At the usual pace done at " + in.clock(at)
		if end > rto {
			text += ": " + rows.About(end-rto) + " over. Nothing makes it faster; n writes a note for the team."
			role = rows.Warn
		} else {
			text += ": " + rows.About(rto-end) + " before the limit."
		}
	}
	if used >= rto*8/10 {
		role = rows.Warn
	}
	if used > rto {
		role, text = rows.Bad, fmt.Sprintf("passed by %s (%s).", rows.Length(used-rto), rows.Length(rto))
	}
	switch role {
	case rows.Warn:
		label = "! RTO"
	case rows.Bad:
		label = "✗ RTO"
	}
	return rows.Labelled(label, 14, role, text, in.Width)
}

// stops says when the waiting ends.
func (in *In) stops(st *steps.StepState) []rows.Row {
	text := "when the look says so"
	if in.Step.Until != nil {
		text = "when " + in.Step.Until.String()
	}
	if in.Step.Timeout > 0 {
		text += ", when it is seen to fail, or at " + rows.Length(in.Step.Timeout) + " (deadline, " + in.clock(st.EnteredAt.Add(in.Step.Timeout)) + ")"
	}
	return rows.Labelled("Stops", 14, rows.Plain, text, in.Width)
}

// trouble reports whether the last look could not be made.
func (in *In) trouble() bool {
	return in.Progress.Error != nil && in.Progress.Step == in.Step.ID
}

// trouble is a look that fails for the moment: no answer, told to slow down, a login that ended.
func trouble(in *In, p *Panel) {
	e := in.Progress.Error
	head := "waiting, without sight"
	if !in.Progress.SeenAt.IsZero() {
		head += " for " + rows.Length(in.Now.Sub(in.Progress.SeenAt))
	}
	p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, head))
	if in.Progress.Next.After(in.Now) {
		p.State = p.State.With(rows.R(rows.Muted, "again in "+rows.About(in.Progress.Next.Sub(in.Now))))
	}
	rs := in.labelled("What happened", rows.Plain, e.What)
	meaning := e.Meaning
	if meaning == "" {
		meaning = in.sentWord()
	}
	rs = append(rs, in.labelled("For production", rows.Plain, meaning)...)
	if s := in.Progress.Seen.Summary; s != "" {
		rs = append(rs, in.labelled("Last seen", rows.Muted, "("+s+")  stale, seen "+in.clock(in.Progress.SeenAt))...)
	}
	if s := in.ownLook(); s != "" {
		rs = append(rs, in.labelled("Our own look", rows.Plain, s)...)
	}
	if e.Next != "" {
		rs = append(rs, in.labelled("Next", rows.Plain, e.Next)...)
	}
	p.tight(Text, rs)
	items := []Item{{Cells: []string{"Look again", "reads only"}, Action: "look again (reads only)", Act: Act{Do: LookNow}}}
	if in.ByHand != "" {
		items = append(items, Item{Cells: []string{"Work by hand", "c copies this step's commands"}, Action: "copy the commands (sends nothing)", Act: Act{Do: Copy}})
	}
	if e.Code == steps.CodeUnreachable || e.Code == steps.CodeThrottled {
		items = append(items, Item{Cells: []string{"Is it AWS itself", "o copies the health page's address"}, Action: "copy the address (sends nothing)", Act: Act{OpenLink, HealthPage}},
			Item{Cells: []string{"The region is lost", "dr-region, opens without the cloud"}, Action: "open dr-region (sends nothing)", Act: Act{OpenOther, "dr-region"}})
	}
	in.list(p, append(items, handOver()))
}

// HealthPage is where AWS says how it is.
const HealthPage = "https://health.aws.amazon.com/health/status"

// sentWord says what goes on without us.
func (in *In) sentWord() string {
	last := time.Time{}
	for _, st := range in.Run.Steps {
		if st.IntentAt.After(last) {
			last = st.IntentAt
		}
	}
	if last.IsZero() {
		return "nothing has changed; nothing was sent in this run."
	}
	return "what was sent at " + in.clock(last) + " goes on without us."
}

// ownLook is what the state panel saw with its own eyes.
func (in *In) ownLook() string {
	if in.Snapshot == nil {
		return ""
	}
	for i := range in.Snapshot.Services {
		s := &in.Snapshot.Services[i]
		if s.Health.Known {
			return fmt.Sprintf("%s / %d, %s", s.Role, s.Health.Value.Status, in.ago(s.Health.At))
		}
	}
	return ""
}
