package panel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// Card is the state of play for whoever takes over: the same rows on the screen, on the clipboard and in a file.
func Card(in In) []rows.Row {
	if in.Zone == nil {
		in.Zone = timeUTC
	}
	run, w := in.Run, in.Width
	const column = 14
	var out []rows.Row
	add := func(label, text string) { out = append(out, rows.Labelled(label, column, rows.Plain, text, w)...) }
	title := "Run " + run.ID + ", " + run.Procedure.Title
	if s, ok := run.Started.Params["service"]; ok {
		title += ", " + s.Text
	}
	out = append(out, rows.Paragraph(title, 0, w)...)
	place := run.Started.Account
	if in.Environment.Title != "" {
		place += " (" + in.Environment.Title + ")"
	}
	out = append(out, rows.Paragraph(fmt.Sprintf("%s, %s. Held by %s since %s.", place, run.Started.Region, run.Started.Operator, in.clock(run.StartedAt)), 0, w)...)
	out = append(out, rows.Blank())
	add("Wrong", in.wrong())
	if o, ok := Objective(run, in.Now); ok {
		add("Clock", o.Text)
	}
	done := in.done()
	if len(done) == 0 {
		done = []string{"nothing yet"}
	}
	for i, line := range done {
		add(map[bool]string{true: "Done"}[i == 0], line)
	}
	add("On its way", in.onItsWay())
	add("Unknown", in.open())
	if cur := run.Current(); cur != nil && !run.Over() {
		n, of := Place(run, cur)
		add("Next", fmt.Sprintf("step %d of %d: %s (%s)", n, of, Name(run, cur), cur.Kind))
	} else {
		add("Next", "nothing: the run is over")
	}
	for _, id := range sortedKeys(run.Obliged) {
		add("Do not forget", run.Obliged[id].What)
	}
	for i, n := range lastNotes(run) {
		b := n.Body.(steps.Noted)
		add(map[bool]string{true: "Notes"}[i == 0], in.clock(n.At)+" "+b.By+": "+b.Text)
	}
	add("Back to it", fmt.Sprintf("runbook resume %s     Record: %d events", run.ID, run.Seq))
	return out
}

// CardText is the card for the clipboard and a file.
func CardText(in In) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · state of play · %s %s\n\n", in.Word, in.Now.UTC().Format("2006-01-02 15:04:05"), "UTC")
	for _, r := range Card(in) {
		b.WriteString(strings.TrimRight(r.Plain(in.Width), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func (in *In) wrong() string {
	if in.Snapshot == nil {
		return "not known: the state has not been read yet"
	}
	if len(in.Snapshot.Problems) == 0 {
		return "nothing that the state shows"
	}
	var parts []string
	for _, p := range in.Snapshot.Problems {
		text := p.Summary
		if p.Began != "" {
			text += " Began " + p.Began + "."
		}
		if parts = append(parts, text); len(parts) == 2 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// done lists what was decided and sent, oldest first, the last four.
func (in *In) done() []string {
	var out []string
	for i := range in.Run.Procedure.Steps {
		s := &in.Run.Procedure.Steps[i]
		st := in.Run.Steps[s.ID]
		title := Name(in.Run, s)
		switch {
		case !st.IntentAt.IsZero():
			out = append(out, in.clock(st.IntentAt)+" sent, once: "+title+receipt(st.Receipt))
		case st.Phase != steps.PhaseSettled:
		case s.Kind == "decide" || s.Kind == "choose":
			out = append(out, in.clock(st.SettledAt)+" "+title+": "+short(st.Answer.Value))
		case st.State == steps.Skipped || st.State == steps.Approved:
			out = append(out, in.clock(st.SettledAt)+" "+string(st.State)+": "+title+reasonOf(st))
		}
	}
	return out[max(0, len(out)-4):]
}

func (in *In) onItsWay() string {
	if in.Snapshot != nil {
		for _, s := range in.Snapshot.Services {
			if next := s.State.Value.Next; s.State.Known && next != nil {
				return fmt.Sprintf("%s: version %d (%s), %s", s.Name, next.Version, ShortImage(next.Image()), strings.ToLower(next.State))
			}
		}
	}
	cur := in.Run.Current()
	if cur != nil && cur.Kind == "wait" && in.Run.Steps[cur.ID].Phase == steps.PhaseEntered {
		return Name(in.Run, cur) + ", " + rows.Length(in.Now.Sub(in.Run.Steps[cur.ID].EnteredAt)) + " so far"
	}
	return "nothing"
}

func (in *In) open() string {
	for i := range in.Run.Procedure.Steps {
		s := &in.Run.Procedure.Steps[i]
		if st := in.Run.Steps[s.ID]; st.Open() {
			return Name(in.Run, s) + ": sent at " + in.clock(st.IntentAt) + ", the outcome is not known. Nothing is sent again."
		}
	}
	return "nothing"
}

func lastNotes(run *steps.Run) []steps.Note {
	out := slices.DeleteFunc(slices.Clone(run.Notes), func(n steps.Note) bool {
		_, ok := n.Body.(steps.Noted)
		return !ok
	})
	return out[max(0, len(out)-3):]
}
