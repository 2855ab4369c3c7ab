package panel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// plan is a change that waits to be confirmed. Enter opens the overlay; nothing is sent here.
func plan(in *In, p *Panel) {
	st := in.State()
	pl := st.Plan
	p.State = rows.Line(rows.R(rows.Accent, "▸ "), rows.R(rows.Bold, "read the plan")).
		With(rows.R(rows.Muted, "observed "+in.clock(st.PlannedAt)+", "+in.ago(st.PlannedAt)))
	if st.Lapsed != "" {
		p.add(Text, in.labelled("! new plan", rows.Warn, "the one before was dropped, unsent: "+st.Lapsed))
	}
	if why := in.moved(); why != "" {
		p.add(Text, rows.Labelled("! the plan is old", 19, rows.Warn, why, in.Width))
		p.Enter, p.Action = Act{Do: Replan}, "make a new plan (reads; nothing is sent)"
	} else {
		p.Enter, p.Action = Act{Do: Overlay}, "go to the confirmation (nothing is sent yet)"
	}
	if in.ReadOnly {
		p.Enter, p.Action = Act{}, "nothing: this program was started to read only"
	}
	p.tight(Text, rows.Paragraph(pl.Summary, 0, in.Width))
	p.add(Text, in.changes(pl))
	p.tight(Text, Effects(pl, in.Width))
	if len(pl.Obliges) > 0 {
		var rs []rows.Row
		for _, o := range pl.Obliges {
			rs = append(rs, rows.Labelled("Until then", 15, rows.Plain, o.What, in.Width)...)
		}
		p.tight(Facts, rs)
	}
	p.add(Prose, in.Prose)
	p.add(Extra, rows.Labelled("If you do not", 15, rows.Plain, "nothing happens. n note, s skip with a reason, r makes the plan anew.", in.Width))
}

// Moved says what the state panel has seen that the plan of the step shown did not know, "" where they agree.
func Moved(in *In) string { return in.moved() }

// moved says what the state panel has seen that the plan did not know, "" where they agree. The engine compares again before it
// sends; this only says it sooner.
func (in *In) moved() string {
	pl := in.State().Plan
	if in.Snapshot == nil {
		return ""
	}
	svc := in.Snapshot.Service(pl.Target)
	if svc == nil || !svc.State.Known || svc.State.At.Before(in.State().PlannedAt) {
		return ""
	}
	was := pl.Basis["version"]
	if was == "" {
		return ""
	}
	if cur := svc.State.Value.Current; cur != nil && fmt.Sprint(cur.Version) != was {
		return fmt.Sprintf("version %d serves now, it was %s; not by this run", cur.Version, was)
	}
	if next := svc.State.Value.Next; next != nil && fmt.Sprint(next.Version) != was {
		return fmt.Sprintf("version %d appeared, not by this run", next.Version)
	}
	return ""
}

var changeRole = map[string]rows.Role{"-": rows.Bad, "+": rows.OK, "~": rows.Warn}

// changes are the plan's lines; v adds the names of the keys that a line counts.
func (in *In) changes(pl steps.Plan) []rows.Row {
	w := in.Width
	var out []rows.Row
	before := ""
	for _, c := range pl.Changes {
		lbl := c.Label
		if lbl == before {
			lbl = ""
		}
		before = c.Label
		sign := c.Sign
		if sign == "" {
			sign = " "
		}
		text := c.Text
		if c.Note != "" {
			text += " (" + c.Note + ")"
		}
		head := "  " + rows.Pad(lbl, 13)
		for i, line := range rows.Wrap(text, max(8, w-17)) {
			if i > 0 {
				out = append(out, rows.Text(strings.Repeat(" ", 17)+line))
				continue
			}
			role := changeRole[c.Sign]
			r := rows.Line(rows.S(head), rows.R(role, sign+" "), rows.S(line))
			if role != rows.Plain {
				r.Left[2].Role = role
			}
			out = append(out, r)
		}
		if in.More && len(c.Names) > 0 {
			for _, line := range rows.Wrap(strings.Join(c.Names, " "), max(8, w-17)) {
				out = append(out, rows.In(rows.Muted, strings.Repeat(" ", 17)+line))
			}
		}
	}
	return out
}

// Effects are what follows if it works, if it fails, how it is undone, what it cannot.
func Effects(pl steps.Plan, w int) []rows.Row {
	var out []rows.Row
	for _, f := range pl.Effects {
		lbl := f.Label
		if lbl != "" {
			lbl = strings.ToUpper(lbl[:1]) + lbl[1:]
		}
		out = append(out, rows.Labelled(lbl, 15, rows.Plain, f.Text, w)...)
	}
	return out
}

// effect finds an effect of a plan by the beginning of its label, "" where it has none.
func effect(pl steps.Plan, label string) string {
	i := slices.IndexFunc(pl.Effects, func(f steps.Fact) bool { return strings.HasPrefix(strings.ToLower(f.Label), label) })
	if i < 0 {
		return ""
	}
	return pl.Effects[i].Text
}

// Summary is what the sending overlay says of a plan: labels of 27 columns and texts.
type Summary struct {
	Target  string
	Changes []steps.Change // what goes and comes
	Keeps   string
	Closing string
}

// Summarise shortens a plan to what stands in the overlay.
func Summarise(pl steps.Plan) Summary {
	s := Summary{Target: pl.Target}
	var keeps []string
	for _, c := range pl.Changes {
		switch c.Sign {
		case "-", "+", "~":
			s.Changes = append(s.Changes, c)
		default:
			if c.Label == "environment" {
				keeps = append(keeps, firstClause(c.Text))
			} else if c.Label != "untouched" && c.Label != "" {
				keeps = append(keeps, c.Label)
			}
		}
	}
	s.Keeps = strings.Join(keeps, ", ")
	s.Closing = "Sent once; it cannot be cancelled."
	if t := effect(pl, "it cannot"); t != "" && !strings.Contains(t, "cancel") {
		s.Closing = "Sent once; it cannot " + t + "."
	}
	if t := effect(pl, "if it fails"); t != "" {
		s.Closing += " If it fails: " + strings.TrimSuffix(t, ".") + "."
	}
	return s
}

func firstClause(text string) string {
	head, _, _ := strings.Cut(text, ",")
	if strings.HasSuffix(head, " keys") {
		head = strings.TrimSuffix(head, " keys") + " environment keys"
	}
	return head
}
