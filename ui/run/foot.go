package run

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Keys are the bindings of the panel in focus, and those of every panel. What does nothing now says why.
func (s *Screen) Keys() keys.Map {
	var m keys.Map
	switch s.at {
	case onLog:
		m = keys.Join(s.logKeys(), keys.ListMap().Without(keys.Find))
	case onSteps, onState:
		m = keys.Join(s.stepKeys().Labelled(keys.Enter, map[focus]string{onSteps: "look at it", onState: "back to the step"}[s.at]), keys.ListMap().Without(keys.Find))
	default:
		m = keys.Join(s.stepKeys(), keys.ListMap().Without(keys.Find))
	}
	m = keys.Join(m, keys.LogMap().Only(keys.Yank), s.everywhere())
	if s.d.SetFactor != nil {
		m = keys.Join(m, keys.PracticeMap().Only(keys.Slower, keys.Faster))
	}
	return m
}

func (s *Screen) everywhere() keys.Map {
	m := keys.EverywhereMap().Off(keys.Panel5, "drills stand on home")
	if s.d.Status == nil && s.snap == nil {
		m = m.Off(keys.Panel3, "there is no state to show")
	}
	return m
}

func (s *Screen) logKeys() keys.Map {
	m := keys.LogMap()
	if !s.log.Filtered() {
		m = m.Off(keys.NextHit, "no filter is set").Off(keys.PrevHit, "no filter is set")
	}
	if len(s.log.Services()) < 2 {
		m = m.Off(keys.Service, "there is one log only")
	}
	return m
}

// stepKeys are the step panel's bindings as they stand now.
func (s *Screen) stepKeys() keys.Map {
	v := s.build(s.textWidth())
	m := keys.StepMap().Labelled(keys.Enter, enterLabel(v))
	st := s.run.Steps[s.current().ID]
	held := s.run.Holds(s.current())
	switch {
	case s.run.Over():
		for _, id := range []string{keys.Note, keys.Skip, keys.Approve, keys.Change, keys.Drop, keys.Auto} {
			m = m.Off(id, "the run is over")
		}
		return m
	case st != nil && st.Open():
		m = m.Off(keys.Skip, "not while an outcome is unknown").Off(keys.Drop, "not while an outcome is unknown").Off(keys.Change, "not while an outcome is unknown")
	case st != nil && (st.Phase == steps.PhaseAnswered || st.Phase == steps.PhaseApplied || st.Phase == steps.PhaseVerified):
		m = m.Off(keys.Skip, "the plan is confirmed")
	case s.looking != "":
		m = m.Off(keys.Skip, "this is not the present step")
	}
	if !held {
		m = m.Off(keys.Approve, "only what failed is approved")
	}
	t := s.text(s.shown(), s.textWidth())
	if t.byHand == "" {
		m = m.Off(keys.Copy, "this step has no command")
	}
	if t.link == "" {
		m = m.Off(keys.Link, "this step has no link")
	}
	return m
}

// enterLabel is the action line in a word or two.
func enterLabel(v panel.Panel) string {
	if v.Enter.Do == panel.Nothing {
		return "nothing"
	}
	text := v.Action
	if i := strings.IndexAny(text, "(:;,"); i > 0 {
		text = strings.TrimSpace(text[:i])
	}
	return widget.Clip(text, 26)
}

// footMap is what the line below the border shows.
func (s *Screen) footMap() keys.Map {
	switch {
	case s.overlay != nil && s.overlay.Sent():
		return keys.Map{{ID: "sent", Show: "q", Label: "leave; what was sent goes on", Rank: 1, Right: true}}
	case s.overlay != nil:
		return keys.Map{{ID: "letters", Show: "letters", Label: "type the name", Rank: 1}, {ID: "clear", Show: "ctrl+u", Label: "clears it", Rank: 2}, {ID: "f1", Show: "F1", Label: "help", Rank: 3},
			{ID: "esc", Show: "esc", Label: "back to the plan, nothing sent", Short: "back, nothing sent", Rank: 1, Right: true}}
	case s.line != nil || s.log.Typing():
		return keys.Map{{ID: "keep", Show: "enter", Label: "keeps it", Rank: 1}, {ID: "clear", Show: "ctrl+u", Label: "clears", Rank: 2},
			{ID: "esc", Show: "esc", Label: "leaves it as a draft", Rank: 2}, {ID: "f1", Show: "F1", Label: "help", Rank: 1, Right: true}}
	case s.card:
		return keys.CardMap().Off(keys.Give, "they resume the run")
	case s.Typing():
		return keys.Map{{ID: "clear", Show: "ctrl+u", Label: "clears", Rank: 2}, {ID: "esc", Show: "esc", Label: "stop typing, then s skip, n note", Rank: 1},
			{ID: "f1", Show: "F1", Label: "help", Rank: 1, Right: true}}
	}
	m := s.Keys()
	if s.at == onStep && s.box.inner >= 110 {
		m = m.Labelled(keys.Quit, "leave (the run is kept)")
		for i := range m {
			if m[i].ID == keys.Quit {
				m[i].Short = "leave"
			}
		}
	}
	return m
}

func stripped(s string) string { return ansi.Strip(s) }

// widgetBox is the overlay's box, in the heavy border that nothing else has.
func widgetBox(t *theme.Theme, w int, title, foot string, lines []string) []string {
	b := widget.Box{Theme: t, Border: t.Heavy(), W: w, Title: title, Foot: foot, Lines: lines, Paint: t.Bold}
	return b.Render()
}

func over(screen, lines []string, x, y int) { widget.Over(screen, lines, x, y) }
