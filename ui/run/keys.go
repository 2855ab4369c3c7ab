package run

import (
	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/logview"
	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// onKey routes a key: the overlay first, then whatever has a text field, then the panel in focus.
func (s *Screen) onKey(k tea.KeyPressMsg) tea.Cmd {
	if s.message != "" && !s.leaving {
		s.say("")
	}
	switch {
	case s.overlay != nil:
		return s.onOverlay(k)
	case s.line != nil:
		return s.onLine(k)
	case s.log.Typing():
		s.log.Key(k, s.now, s.liveSince)
		return nil
	case s.card:
		return s.onCard(k)
	case s.Typing() && s.tick != nil:
		return s.onTick(k)
	case s.Typing() && s.form != nil:
		return s.onForm(k)
	}
	s.touch()
	if k.String() == "enter" {
		return s.enter(k)
	}
	saw(&s.guard)
	b, ok := s.Keys().Find(k.String())
	if !ok {
		return nil
	}
	if !b.On() {
		s.say(b.Label + ": " + b.Why)
		return nil
	}
	return s.dispatchKey(b.ID, k)
}

// saw notes a key that answers nothing. Once the guard has rested it is over: a key then delays no answer any more.
func saw(g *keys.Guard) {
	if g.Open() {
		g.Take()
		return
	}
	g.Saw()
}

// enter acts on the focused panel only.
func (s *Screen) enter(k tea.KeyPressMsg) tea.Cmd {
	switch s.at {
	case onStep:
		return s.onEnter(k)
	case onLog:
		s.log.Fold(s.now)
	case onSteps:
		if step := s.stepOf(s.row); step != nil {
			s.lookAt(step.ID)
		}
	case onState:
		s.focusOn(onStep)
	}
	return nil
}

// onForm gives the form a key; esc leaves it, answers are kept.
func (s *Screen) onForm(k tea.KeyPressMsg) tea.Cmd {
	s.touch()
	switch k.String() {
	case "esc":
		s.form.on = false
		s.keepDrafts()
		s.arm()
		return nil
	case "enter":
		if !s.takeEnter(k) {
			return s.rest(s.guard.Left())
		}
	}
	return s.feed(k)
}

// feed gives the form a message and, once it is complete, its values to the engine.
func (s *Screen) feed(msg tea.Msg) tea.Cmd {
	cmd, complete := s.form.update(msg)
	s.touch()
	s.keepDrafts()
	if !complete {
		return cmd
	}
	return tea.Batch(cmd, s.answer(answeredForm(s.form)))
}

func (s *Screen) keepDrafts() {
	id := string(s.current().ID)
	for name, text := range s.form.answers() {
		s.drafts["ask|"+id+"|"+name] = text
	}
}

// onPaste puts a paste where one types. It never answers, and in the overlay it is refused.
func (s *Screen) onPaste(text string) tea.Cmd {
	s.touch()
	switch {
	case s.overlay != nil:
		s.overlay.Paste()
	case s.line != nil:
		s.line.field.Paste(text)
	case s.log.Typing():
		s.log.Paste(text)
	case s.Typing() && s.tick != nil:
		s.tick.field.Paste(text)
		s.drafts["tick|"+string(s.current().ID)] = s.tick.field.Value()
	case s.Typing() && s.form != nil:
		return s.feed(tea.PasteMsg{Content: text})
	}
	return nil
}

// dispatch does what the binding with this id does, without a key: the palette asks for it.
func (s *Screen) dispatch(id string) tea.Cmd {
	if s.overlay != nil || s.line != nil {
		return nil // nothing else happens while one types
	}
	s.touch()
	if b := s.Keys().Get(id); b.ID == "" || !b.On() {
		s.say(b.Label + ": " + b.Why)
		return nil
	}
	return s.dispatchKey(id, tea.KeyPressMsg{})
}

// dispatchKey does what a binding does.
func (s *Screen) dispatchKey(id string, k tea.KeyPressMsg) tea.Cmd {
	if do := byID[id]; do != nil {
		return do(s)
	}
	if s.at == onLog {
		if do := logByID[id]; do != nil {
			return do(s)
		}
	}
	if do := stepByID[id]; do != nil {
		return do(s)
	}
	s.move(id, k.String())
	return nil
}

// byID are the bindings that answer in every panel.
var byID map[string]func(*Screen) tea.Cmd

// logByID are the log panel's.
var logByID map[string]func(*Screen) tea.Cmd

// stepByID are the step panel's; they answer in the steps and state panels too.
var stepByID map[string]func(*Screen) tea.Cmd

// The tables are filled here, because what they lead to leads back to them.
func init() {
	quiet := func(do func(*Screen)) func(*Screen) tea.Cmd {
		return func(s *Screen) tea.Cmd { do(s); return nil }
	}
	to := func(at focus) func(*Screen) tea.Cmd { return quiet(func(s *Screen) { s.focusOn(at) }) }
	resize := func(narrower bool, by int) func(*Screen) tea.Cmd {
		return quiet(func(s *Screen) { s.resize(narrower, by) })
	}
	byID = map[string]func(*Screen) tea.Cmd{
		keys.Panel1: to(onSteps), keys.Panel2: to(onStep), keys.Panel3: to(onState), keys.Panel4: to(onLog),
		keys.Next:     quiet(func(s *Screen) { s.focusOn(onSteps + (s.at-onSteps+1)%4) }),
		keys.Previous: quiet(func(s *Screen) { s.focusOn(onSteps + (s.at-onSteps+3)%4) }),
		keys.Zoom:     quiet(func(s *Screen) { s.zoom = !s.zoom; s.cache = cache{} }),
		keys.Narrower: resize(true, -2), keys.Wider: resize(true, 2), keys.Shorter: resize(false, -2), keys.Taller: resize(false, 2),
		keys.Reset:  quiet(func(s *Screen) { s.adjust = adjust{} }),
		keys.Back:   quiet((*Screen).back),
		keys.Quit:   (*Screen).quit,
		keys.Look:   (*Screen).lookAgain,
		keys.CardID: quiet((*Screen).openCard),
		keys.Slower: func(s *Screen) tea.Cmd { return s.clock(0.5) },
		keys.Faster: func(s *Screen) tea.Cmd { return s.clock(2) },
	}
	line := func(kind string) func(*Screen) tea.Cmd { return quiet(func(s *Screen) { s.openLine(kind, "") }) }
	stepByID = map[string]func(*Screen) tea.Cmd{
		keys.Note: line("note"), keys.Skip: line("skip"), keys.Approve: line("approve"), keys.Drop: line("drop"),
		keys.Change:   quiet((*Screen).change),
		keys.StepBack: quiet(func(s *Screen) { s.lookBy(-1) }), keys.StepOn: quiet(func(s *Screen) { s.lookBy(1) }),
		keys.Copy: (*Screen).copyByHand, keys.Link: (*Screen).copyLink,
		keys.Details: quiet(func(s *Screen) { s.more, s.scroll = !s.more, 0 }),
		keys.Auto:    (*Screen).hold, keys.Yank: (*Screen).yank,
	}
	logByID = map[string]func(*Screen) tea.Cmd{
		keys.Filter: quiet(func(s *Screen) { s.log.OpenFilter() }), keys.Since: quiet(func(s *Screen) { s.log.OpenSince() }),
		keys.NextHit: quiet(func(s *Screen) { s.seek(1, s.log.Matches, "no later match") }), keys.PrevHit: quiet(func(s *Screen) { s.seek(-1, s.log.Matches, "no earlier match") }),
		keys.ErrorNext: quiet(func(s *Screen) { s.seek(1, logview.Errors, "no later error") }), keys.ErrorPrev: quiet(func(s *Screen) { s.seek(-1, logview.Errors, "no earlier error") }),
		keys.Follow: quiet(func(s *Screen) { s.log.FreezeOrFollow(s.now) }), keys.FoldAll: quiet(func(s *Screen) { s.log.FoldAll() }),
		keys.WrapLines: quiet(func(s *Screen) { s.log.Wrap() }), keys.Service: (*Screen).otherLog, keys.Mark: (*Screen).mark, keys.Save: (*Screen).saveLog,
	}
}

func (s *Screen) seek(step int, fits func(logs.Entry) bool, none string) {
	if !s.log.Seek(step, s.now, fits) {
		s.say(none)
	}
}

// move is what moves in lists, prose and the log.
func (s *Screen) move(id, key string) {
	switch s.at {
	case onLog:
		s.moveLog(id, key)
	case onSteps:
		s.row = moved(id, key, s.row, len(panel.Siblings(s.run, s.shown())), 10)
	case onState:
		s.below = moved(id, key, s.below, s.below+200, 10)
	default:
		s.moveStep(id, key)
	}
}

// moved is a place of n after a key; page is how far a page goes.
func moved(id, key string, at, n, page int) int {
	if key == "ctrl+u" || key == "ctrl+d" {
		page = max(1, page/2)
	}
	switch id {
	case keys.Up:
		at--
	case keys.Down:
		at++
	case keys.PageUp:
		at -= page
	case keys.PageDown:
		at += page
	case keys.Top:
		at = 0
	case keys.Bottom:
		at = n - 1
	}
	return max(0, min(at, n-1))
}

// moveStep moves the cursor of the step panel's list, or its text.
func (s *Screen) moveStep(id, key string) {
	v := s.build(s.textWidth())
	if n := len(v.Items); n > 0 && (id == keys.Up || id == keys.Down || id == keys.Top || id == keys.Bottom) {
		at := s.list
		if at < 0 && id == keys.Up {
			at = n
		}
		if at = moved(id, key, at, n, 1); s.list < 0 && id == keys.Down {
			at = 0
		}
		s.list = at
		s.relabel()
		return
	}
	s.scroll = moved(id, key, s.scroll, s.scroll+400, s.page)
}

func (s *Screen) moveLog(id, key string) {
	page := s.log.Page()
	if key == "ctrl+u" || key == "ctrl+d" {
		page = max(1, page/2)
	}
	switch id {
	case keys.Up:
		s.log.Move(-1, s.now)
	case keys.Down:
		s.log.Move(1, s.now)
	case keys.PageUp:
		s.log.Move(-page, s.now)
	case keys.PageDown:
		s.log.Move(page, s.now)
	case keys.Top:
		s.log.Top(s.now)
	case keys.Bottom:
		s.log.Follow()
	case keys.Shift:
		s.log.Shift(map[string]int{"left": -8, "right": 8}[key])
	}
}

// clock makes the simulated clock slower or faster, in practice only.
func (s *Screen) clock(by float64) tea.Cmd {
	if s.d.SetFactor == nil || s.factor <= 0 {
		return nil
	}
	return s.speedTo(max(1, min(s.factor*by, 640)))
}

// lookAgain reads again: what is waited for, the plan that is on show, a failed step, and the environment.
func (s *Screen) lookAgain() tea.Cmd {
	v := s.build(s.textWidth())
	st := s.run.Steps[s.current().ID]
	switch {
	case s.looking != "":
		return s.look()
	case v.Form == steps.FormConfirm:
		return tea.Batch(s.act(panel.Act{Do: panel.Replan}), s.look())
	case st != nil && s.run.Holds(s.current()):
		return tea.Batch(s.act(panel.Act{Do: panel.LookAgain}), s.look())
	}
	return tea.Batch(s.do(engine.LookNow{}, "looking"), s.look())
}

var _ deps.Screen = (*Screen)(nil)
