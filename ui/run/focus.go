package run

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// focusOn moves the focus to a panel. Only a person does that.
func (s *Screen) focusOn(at focus) {
	if at == s.at {
		return
	}
	s.at = at
	s.cache = cache{}
	if at == onSteps {
		n, _ := panel.Place(s.run, s.shown())
		s.row = max(0, n-1)
	}
	if at == onStep {
		s.arm()
	}
	s.touch()
}

// back closes one thing: card, filter, zoom, another step, another panel; then it says that there is nothing more to close.
func (s *Screen) back() {
	switch {
	case s.at == onLog && s.log.Unfilter():
	case s.zoom:
		s.zoom = false
		s.cache = cache{}
	case s.at != onStep:
		s.focusOn(onStep)
	case s.looking != "":
		s.present()
	default:
		s.say("you are at the step; q leaves, the run is kept")
	}
}

// lookAt shows another step, and the present one again.
func (s *Screen) lookAt(id steps.Path) {
	s.focusOn(onStep)
	s.scroll = 0
	if id == s.current().ID {
		s.present()
		return
	}
	s.looking = id
	s.arm()
	s.relabel()
}

// lookBy looks at the step before or after the one shown, within the run's document order.
func (s *Screen) lookBy(by int) {
	all := s.run.Procedure.Steps
	at := s.run.Number(s.shown().ID) - 1
	if at += by; at < 0 || at >= len(all) {
		s.say("there is no further step")
		return
	}
	s.lookAt(all[at].ID)
}

// change opens the line that goes back to an earlier answer: the step that is looked at, else the last one that was answered.
func (s *Screen) change() {
	target := s.looking
	if target == "" {
		for i := range s.run.Procedure.Steps {
			step := &s.run.Procedure.Steps[i]
			if step.ID == s.current().ID {
				break
			}
			if s.run.Steps[step.ID].Answer.By != "" && step.Kind != "do" && s.run.Steps[step.ID].Phase == steps.PhaseSettled {
				target = step.ID
			}
		}
	}
	step := s.run.Procedure.Step(target)
	if step == nil || s.run.Steps[target].Phase == "" {
		s.say("there is no earlier answer to change")
		return
	}
	n, _ := panel.Place(s.run, step)
	s.openLine("change", "")
	s.line.step = target
	s.line.kind = &lineKind{prompt: fmt.Sprintf("Reason to change step %d", n), hint: lineKinds["change"].hint, action: lineKinds["change"].action, fits: needed, keep: lineKinds["change"].keep}
}

// resize changes the width of the steps or state panel, or the height of the log.
func (s *Screen) resize(wide bool, by int) {
	switch {
	case !wide:
		s.adjust.log = max(-20, min(s.adjust.log+by, 40))
	case s.at == onState:
		s.adjust.state = max(-20, min(s.adjust.state+by, 40))
	default:
		s.adjust.steps = max(-20, min(s.adjust.steps+by, 40))
	}
	s.cache = cache{}
}

// copyLink copies the first link of the step's prose: this program opens no browser by itself.
func (s *Screen) copyLink() tea.Cmd {
	link := s.text(s.shown(), s.textWidth()).link
	if link == "" {
		s.say("this step has no link")
		return nil
	}
	return s.copyText("the link", "link-"+s.run.ID+".txt", link)
}

// yank copies the line under the log's cursor, the state, or the step panel's text.
func (s *Screen) yank() tea.Cmd {
	switch s.at {
	case onLog:
		e, ok := s.log.Cursor()
		if !ok {
			return nil
		}
		text := e.At.UTC().Format("15:04:05.000") + " " + s.log.Clean(e.Text)
		return s.copyText("the line", "line-"+s.run.ID+".txt", text)
	case onState:
		return s.copyText("the state", "state-"+s.run.ID+".txt", plain(s.stateDetail(76)))
	}
	return s.copyText("the state of play", "handover-"+s.run.ID+".md", panel.CardText(s.in(76)))
}

// saveLog writes what the log shows to a file, by way of the clipboard's file.
func (s *Screen) saveLog() tea.Cmd {
	var b strings.Builder
	for _, r := range s.log.View(400, 2000, false) {
		if line := strings.TrimRight(r.Plain(400), " "); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return s.copyText("the log", "log-"+s.run.ID+".txt", b.String())
}

// otherLog switches the log to the next service.
func (s *Screen) otherLog() tea.Cmd {
	s.log.NextService()
	return nil
}

// mark keeps the line under the log's cursor as evidence of the present step.
func (s *Screen) mark() tea.Cmd {
	e, ok := s.log.Cursor()
	if !ok {
		s.say("there is no line to mark")
		return nil
	}
	s.log.Mark(e.Seq)
	text := s.log.Clean(e.Text)
	if e.Kind != "" {
		text += " … " + s.log.Clean(e.Kind)
	}
	n, _ := panel.Place(s.run, s.current())
	return s.do(engine.Pin{Step: s.current().ID, Line: steps.Pinned{Source: s.log.Service(), Line: text, Time: e.At, By: s.d.Operator}},
		fmt.Sprintf("kept as evidence of step %d", n))
}

// onCard gives the handover card a key.
func (s *Screen) onCard(k tea.KeyPressMsg) tea.Cmd {
	s.touch()
	switch k.String() {
	case "esc", "H", "2":
		s.card, s.scroll = false, 0
		s.arm()
	case "y", "W":
		return s.copyText("the state of play", "handover-"+s.run.ID+".md", panel.CardText(s.in(76)))
	case "r":
		return s.look()
	case "q":
		return s.quit()
	default:
		if b, ok := keys.ListMap().Find(k.String()); ok {
			s.scroll = moved(b.ID, k.String(), s.scroll, s.scroll+200, 10)
		}
	}
	return nil
}

// plain takes the paint off lines.
func plain(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(stripped(l), " ") + "\n")
	}
	return b.String()
}

// drawOverlay lays the overlay over the step panel. State and log stay in sight.
func (s *Screen) drawOverlay(lines []string) {
	b := s.box
	x, y := s.origin(onStep)
	x -= 1 // over the blank columns, between the panel's borders
	w := b.step
	if b.only != 0 {
		w = b.inner - 2
	}
	room := b.body
	content, cx, cy := s.overlay.View(w-4, max(4, room-1), s.t.Clock)
	top := y + 3 // below the state line and the plan's sentence
	if len(content)+2 > room-3 {
		top = y - 1 // over the panel's title
	}
	box := widgetBox(s.t, w, s.title(), s.overlay.Foot(), s.paint(content, w-4))
	over(lines, box, x, top)
	if cx >= 0 {
		s.cur = tea.NewCursor(x+2+min(cx, w-5), top+1+cy)
	}
}

// title is the overlay's, with the environment's word as it stands in the frame's corners.
func (s *Screen) title() string {
	title := s.overlay.Title()
	if cloud := s.t.Frame.Cloud; s.t.Frame.Double && cloud != "" {
		return strings.Replace(title, cloud, s.t.Word(cloud), 1)
	}
	return title
}
