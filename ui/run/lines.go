package run

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// line is a line to type in, at the foot of the step panel. Opening it does nothing; enter keeps the words, esc leaves them as a
// draft.
type line struct {
	id    string
	kind  *lineKind
	step  steps.Path
	value string // what the words go with: an option, a question
	field widget.Input
	note  string // why enter did not keep the words
}

// lineKind is what a line is for.
type lineKind struct {
	prompt string
	hint   string
	action string
	fits   func(text string) string // why the words do not do, "" where they do
	keep   func(s *Screen, l *line, text string) tea.Cmd
}

func needed(text string) string {
	if text == "" {
		return "an empty line is no reason"
	}
	return ""
}

// The lines of the screen, by id.
var lineKinds = map[string]*lineKind{
	"note": {prompt: "Note", hint: "kept for the record; everybody who looks at the run sees it", action: "keep the note (sends nothing)",
		fits: func(t string) string { return strings.Replace(needed(t), "reason", "note", 1) },
		keep: func(s *Screen, l *line, text string) tea.Cmd {
			return s.do(engine.Note{Step: l.step, Text: text, By: s.d.Operator}, "the note is kept")
		}},
	"skip": {prompt: "Reason to skip", hint: "kept for the record; a step that others depend on cannot be skipped", action: "skip this step (sends nothing)", fits: needed,
		keep: func(s *Screen, l *line, text string) tea.Cmd {
			return s.do(engine.Skip{Step: l.step, Why: text, By: s.d.Operator}, "skipped, with the reason")
		}},
	"reason": {prompt: "Reason to go on", hint: "kept for the record", action: "go on, with this reason (sends nothing)", fits: needed,
		keep: func(s *Screen, _ *line, text string) tea.Cmd {
			return s.answer(steps.Answered{Question: s.question(), Why: text})
		}},
	"against": {prompt: "Reason", hint: "it is not what is recommended; kept for the record", action: "decide so, with this reason (sends nothing)", fits: needed,
		keep: func(s *Screen, l *line, text string) tea.Cmd {
			return s.answer(steps.Answered{Question: s.question(), Value: l.value, Why: text})
		}},
	"approve": {prompt: "Who approved, and a link", hint: "such as: kim, https://github.com/…/pull/911", action: "record this approval (sends nothing)", fits: approval,
		keep: func(s *Screen, l *line, text string) tea.Cmd {
			who, why, _ := strings.Cut(text, ",")
			return s.do(engine.Approve{Step: l.step, By: strings.TrimSpace(who), Why: strings.TrimSpace(why) + ", recorded by " + s.d.Operator}, "the approval is recorded")
		}},
	"landed": {prompt: "It has landed: what did you see", hint: "kept for the record, as your word", action: "say that it has landed (sends nothing)", fits: needed, keep: say(steps.Landed)},
	"absent": {prompt: "It has not landed: what did you see", hint: "kept for the record, as your word", action: "say that it has not landed (sends nothing)", fits: needed, keep: say(steps.Absent)},
	"change": {prompt: "Reason to change the answer", hint: "what depends on it becomes to do again; nothing is undone", action: "go back to it (sends nothing)", fits: needed,
		keep: func(s *Screen, l *line, text string) tea.Cmd {
			s.looking = ""
			return s.do(engine.Back{To: l.step, Why: text, By: s.d.Operator}, "back at the earlier answer")
		}},
	"drop": {prompt: "Type drop to end this run for good", hint: "what was sent stays; the record is kept", action: "does nothing but for the word drop",
		fits: func(t string) string {
			if !strings.EqualFold(t, "drop") {
				return "only the word drop ends the run"
			}
			return ""
		},
		keep: func(s *Screen, _ *line, _ string) tea.Cmd {
			return s.do(engine.Abort{Why: "dropped on the screen", By: s.d.Operator}, "")
		}},
}

func say(is steps.Is) func(*Screen, *line, string) tea.Cmd {
	return func(s *Screen, l *line, text string) tea.Cmd {
		return s.do(engine.Say{Step: l.step, Is: is, Why: text, By: s.d.Operator}, "kept as your word")
	}
}

// approval: a name, and where the approval stands.
func approval(text string) string {
	who, why, ok := strings.Cut(text, ",")
	if !ok || strings.TrimSpace(who) == "" || strings.TrimSpace(why) == "" {
		return "a name, a comma, and a link or where it was said"
	}
	return ""
}

// openLine opens a line for the step shown, with the draft that was left in it.
func (s *Screen) openLine(kind, value string) {
	l := &line{id: kind, kind: lineKinds[kind], step: s.shown().ID, value: value}
	l.field.Set(s.drafts[kind+"|"+string(l.step)])
	s.line = l
	s.arm()
}

// onLine gives the open line a key.
func (s *Screen) onLine(k tea.KeyPressMsg) tea.Cmd {
	l := s.line
	s.touch()
	switch k.String() {
	case "esc":
		s.drafts[l.id+"|"+string(l.step)] = l.field.Value()
		s.closeLine()
		return nil
	case "enter":
		if !s.takeEnter(k) {
			return s.rest(s.guard.Left())
		}
		text := strings.TrimSpace(l.field.Value())
		if l.note = l.kind.fits(text); l.note != "" {
			return nil
		}
		delete(s.drafts, l.id+"|"+string(l.step))
		s.closeLine()
		return l.kind.keep(s, l, text)
	}
	if l.field.Key(k) {
		l.note = ""
	}
	return nil
}

func (s *Screen) closeLine() {
	s.line = nil
	s.arm()
}

// lineRows are the open line: what it asks, the words, what enter does.
func (s *Screen) lineRows(w int) []rows.Row {
	l := s.line
	label := l.kind.prompt + ": "
	text, at := l.field.View(max(8, w-rows.Width(label)))
	field := rows.Line(rows.R(rows.Bold, label), rows.S(text))
	field.Caret = rows.Width(label) + at
	hint := rows.In(rows.Muted, l.kind.hint)
	if l.note != "" {
		hint = rows.In(rows.Warn, "! "+l.note)
	}
	return []rows.Row{field, hint, rows.Line(rows.R(rows.Accent, "enter"), rows.S("  "), rows.R(rows.Bold, l.kind.action))}
}

// tickField is the text field of a tick.
type tickField struct {
	question uint64
	field    widget.Input
	on       bool // it has the keys
	note     string
}

// onTick gives the tick's field a key.
func (s *Screen) onTick(k tea.KeyPressMsg) tea.Cmd {
	f := s.tick
	s.touch()
	switch k.String() {
	case "esc":
		f.on = false
		s.arm()
		return nil
	case "enter":
		if !s.takeEnter(k) {
			return s.rest(s.guard.Left())
		}
		return s.keepTick()
	}
	if f.field.Key(k) {
		f.note = ""
		s.drafts["tick|"+string(s.current().ID)] = f.field.Value()
	}
	return nil
}

// keepTick hands the word over, if there is one.
func (s *Screen) keepTick() tea.Cmd {
	f := s.tick
	word := strings.TrimSpace(f.field.Value())
	if word == "" {
		if f.on {
			f.note = "an empty line is no tick"
		}
		f.on = true
		s.arm()
		return nil
	}
	a := steps.Answered{Question: f.question}
	switch {
	case panel.IsLink(word):
		a.Link = word
	case strings.EqualFold(word, "yes") || strings.EqualFold(word, "y"):
		a.Value = "yes"
	default:
		a.Value = word
	}
	return s.answer(a)
}

// question is the number of the open question of the present step, 0 where none is open or nobody
// drives the run.
func (s *Screen) question() uint64 {
	if st := s.run.Steps[s.current().ID]; st != nil && st.Phase == steps.PhaseAsked && s.run.Stop == nil {
		return st.Question
	}
	return 0
}
