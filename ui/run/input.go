package run

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// in gathers what the panels are made of, for w columns of text.
func (s *Screen) in(w int) panel.In {
	step := s.shown()
	t := s.text(step, w)
	in := panel.In{Run: s.run, Step: step, Progress: s.progress, Snapshot: s.snap, Usual: s.usual, Now: s.now, Zone: s.zone(), Width: w,
		Prose: t.prose, ByHand: t.byHand, Production: s.t.Frame.Double, Word: s.t.Frame.Word, Environment: s.d.Environment, Operator: s.d.Operator,
		ReadOnly: s.d.ReadOnly, Factor: s.speed, Auto: s.auto, Cursor: s.list, More: s.more}
	if s.looking == "" && s.last != "" && s.last != step.ID {
		in.Last = s.run.Procedure.Step(s.last)
	}
	if s.overlay != nil {
		in.Sent = s.overlay.Sent()
	}
	switch {
	case s.tick != nil:
		text, caret := s.tick.field.View(max(8, w-15))
		in.Typed = panel.Typed{Text: text, Caret: caret, On: s.typingHere(s.tick.on)}
		in.Note = s.tick.note
	case s.form != nil:
		s.form.resize(w)
		in.Typed = panel.Typed{Form: s.form.entries(), Drawn: s.form.draw(s.t), At: s.form.at(), On: s.typingHere(s.form.on)}
	}
	return in
}

// zone is the zone of every time on screen.
func (s *Screen) zone() *time.Location {
	if s.t.Zone() == "UTC" {
		return time.UTC
	}
	return time.Local
}

// typingHere reports whether a field of the step panel has the keys.
func (s *Screen) typingHere(on bool) bool {
	return on && s.line == nil && s.at == onStep && s.looking == "" && !s.card
}

// build makes the step panel for w columns of text.
func (s *Screen) build(w int) panel.Panel {
	if len(s.run.Procedure.Steps) == 0 {
		return panel.Panel{Title: "no step", State: rows.Text("the procedure has no step"), Action: "nothing"}
	}
	in := s.in(w)
	v := panel.Build(in)
	if s.looking == "" && s.handed != 0 && s.handed == s.question() {
		v.Enter, v.Action = panel.Act{}, "nothing: the answer is being kept"
	}
	return v
}

// cardRows are the handover card, exactly h rows.
func (s *Screen) cardRows(w, h int) []rows.Row {
	all := panel.Card(s.in(w))
	all = append(all, rows.Blank(), rows.In(rows.Muted, "y copies this as text, and to a file · r makes it new · esc closes"))
	s.scroll = min(max(0, s.scroll), max(0, len(all)-h))
	all = all[s.scroll:]
	for len(all) < h {
		all = append(all, rows.Blank())
	}
	return all[:h]
}

// stepOf finds the step whose row of the steps panel is i.
func (s *Screen) stepOf(i int) *steps.Step {
	all := panel.Siblings(s.run, s.shown())
	if i < 0 || i >= len(all) {
		return nil
	}
	return all[i]
}
