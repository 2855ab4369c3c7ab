package panel

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// sending is a confirmed plan on its way: read again, compared, sent once.
func sending(in *In, p *Panel) {
	st := in.State()
	switch {
	case in.Busy() == "sending" && st.Phase == steps.PhaseIntent:
		p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "sent "+in.clock(st.IntentAt)+", waiting for an answer"))
	case in.trouble():
		trouble(in, p)
		return
	default:
		p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "confirmed; the facts are read once more before it is sent"))
	}
	p.tight(Text, rows.Paragraph(st.Plan.Summary, 0, in.Width))
	p.add(Text, in.changes(st.Plan))
	p.tight(Text, Effects(st.Plan, in.Width))
	p.Action = "nothing to do: it is sent once, and never again by itself"
}

// sent is a step whose call was made and whose outcome is not known.
func sent(in *In, p *Panel) {
	if in.Busy() == "sending" {
		sending(in, p)
		return
	}
	unknown(in, p)
}

// unknown has only reading actions: no key sends again.
func unknown(in *In, p *Panel) {
	st := in.State()
	state := rows.Line(rows.R(rows.Reverse, "?"), rows.R(rows.Unknown, " outcome unknown"), rows.S(", looking"))
	if st.Phase == steps.PhaseUnsure {
		state = rows.Line(rows.R(rows.Reverse, "?"), rows.R(rows.Unknown, " outcome unknown"), rows.S(", only a person can tell"))
	}
	p.State = state.With(rows.R(rows.Muted, in.lookLine()))
	how := "the answer never came"
	if st.Error != "" {
		how = st.Error
	} else if in.Progress.Step != in.Step.ID {
		how = "the program ended before an answer came"
	}
	rs := in.labelled("What happened", rows.Plain, "sent once at "+in.clock(st.IntentAt)+"; "+how)
	rs = append(rs, in.labelled("For production", rows.Plain, "either as before, or the change is on its way. Nothing is sent again until this is known.")...)
	rs = append(rs, in.labelled("Would be ours", rows.Plain, ours(st.Plan))...)
	seen := in.Progress.Seen.Summary
	if seen == "" {
		seen = st.Finding.Why
	}
	if seen == "" {
		seen = "nothing yet"
	}
	if e := in.Progress.Error; e != nil && in.Progress.Step == in.Step.ID {
		seen = "the last look failed: " + e.What
	}
	rs = append(rs, in.labelled("Seen so far", rows.Plain, seen)...)
	known := "two equal looks, the second once nothing can land any more"
	rs = append(rs, in.labelled("Known by", rows.Plain, known)...)
	p.tight(Text, rs)
	items := []Item{{Cells: []string{"Look now", "reads only"}, Action: "look now (reads only)", Act: Act{Do: LookNow}}, readLog("since it was sent")}
	if st.Phase == steps.PhaseUnsure {
		items = append(items,
			Item{Cells: []string{"Say it has landed", "what you saw is asked, and recorded"}, Action: "say that it has landed (sends nothing)", Act: Act{Do: SayLanded}},
			Item{Cells: []string{"Say it has not landed", "what you saw is asked, and recorded"}, Action: "say that it has not landed (sends nothing)", Act: Act{Do: SayAbsent}})
	} else {
		items = append(items, Item{Cells: []string{"Say it by hand", "not before the looks have ended without an answer"}, Blocked: "the looks go on; the cloud may still tell"})
	}
	in.list(p, append(items, handOver()))
}

// ours is how our effect would be recognised: what will be, by reference.
func ours(pl steps.Plan) string {
	var parts []string
	for _, c := range pl.Changes {
		if c.Sign == "+" || c.Sign == "~" {
			parts = append(parts, strings.TrimSpace(c.Label+" "+ShortImage(c.Text)))
		}
	}
	if v := pl.Basis["version"]; v != "" {
		parts = append([]string{"version above " + v}, parts...)
	}
	if len(parts) == 0 {
		return pl.Target + ", as the plan says"
	}
	return strings.Join(parts, ", ")
}

// lookLine is the right end of the state line of whatever looks again and again.
func (in *In) lookLine() string {
	pr := in.Progress
	if pr.Step != in.Step.ID {
		return ""
	}
	var parts []string
	if pr.Look > 0 {
		parts = append(parts, fmt.Sprintf("look %d", pr.Look))
	}
	if !pr.SeenAt.IsZero() {
		parts = append(parts, in.ago(pr.SeenAt))
	}
	if pr.Next.After(in.Now) {
		parts = append(parts, "again in "+rows.About(pr.Next.Sub(in.Now)))
	} else if pr.Doing == "resolving" || pr.Doing == "verifying" || pr.Doing == "looking" {
		parts = append(parts, "looking now")
	}
	return strings.Join(parts, ", ")
}

// applied is a call that the service took, on the way to being seen; or refused, on the way to its end.
func applied(in *In, p *Panel) {
	st := in.State()
	switch st.Phase {
	case steps.PhaseApplied:
		p.State = rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "the service took it; looking for its effect")).With(rows.R(rows.Muted, in.lookLine()))
	case steps.PhaseVerified:
		p.State = rows.Line(rows.R(rows.OK, "✓ "), rows.R(rows.Bold, "seen: it has landed"))
	default:
		p.State = rows.Line(rows.R(rows.Bad, "✗ "), rows.R(rows.Bold, "refused"))
	}
	rs := in.labelled("What happened", rows.Plain, "sent once at "+in.clock(st.IntentAt)+receipt(st.Receipt))
	if st.Finding.Why != "" {
		rs = append(rs, in.labelled("Seen", rows.Plain, st.Finding.Why)...)
	}
	if st.Error != "" {
		rs = append(rs, in.labelled("It said", rows.Plain, st.Error)...)
	}
	if e := in.Progress.Error; e != nil && in.Progress.Step == in.Step.ID {
		rs = append(rs, in.labelled("The last look", rows.Warn, e.What)...)
	}
	p.tight(Text, rs)
	p.tight(Text, Effects(st.Plan, in.Width))
	p.add(Prose, in.Prose)
	p.Action = "nothing to do: it goes on by itself"
}

func receipt(r steps.Receipt) string {
	if len(r) == 0 {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(r)) {
		parts = append(parts, k+" "+r[k])
	}
	return "; the service answered " + strings.Join(parts, ", ")
}
