package run

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// Update routes a message: from a person, from the root, from this screen's own commands; the rest is the form library's own.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.onKey(msg)
	case tea.PasteMsg:
		return s.onPaste(msg.Content)
	case tea.MouseMsg:
		return s.onMouse(msg)
	}
	if cmd, ok := s.fromRoot(msg); ok {
		return cmd
	}
	if cmd, ok := s.own(msg); ok {
		return cmd
	}
	if s.form != nil && s.form.form != nil {
		return s.feed(msg)
	}
	return nil
}

// fromRoot takes what the root tells every screen.
func (s *Screen) fromRoot(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case deps.Tick:
		s.onTime(msg)
	case deps.Snapshot:
		s.onSnapshot(msg.Snapshot)
	case deps.Themed:
		s.log.Zone = s.zone()
		s.touch()
	case deps.Focused:
		s.arm()
		return s.rest(s.guard.Left()), true
	case deps.Returned:
		s.arm()
		if s.resumed { // the run went on in a screen of its own, and was left there
			return deps.Send(deps.Leave(msg)), true
		}
		if msg.Text != "" {
			s.say(msg.Text)
		}
	case deps.Refused:
		s.resumed = false
		s.say(sentence(msg.Err))
	case deps.Act:
		return s.dispatch(msg.ID), true
	case tea.WindowSizeMsg, tea.FocusMsg, tea.BlurMsg:
		s.touch()
	default:
		return nil, false
	}
	return nil, true
}

// own takes what this screen's commands bring; those of another screen's are left alone.
func (s *Screen) own(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case evented:
		if msg.to == s {
			return s.onEvents(msg.events), true
		}
	case progressed:
		if msg.to == s {
			s.progress = msg.now
			s.settle()
			return s.watch(msg.changed), true
		}
	case logGrew:
		if msg.to == s {
			return s.logged(msg.changed), true
		}
	case did:
		if msg.to == s {
			s.onDid(msg)
			return s.rest(s.guard.Left()), true
		}
	case tookLong:
		if msg.to == s {
			s.usual = msg.usual
			s.touch()
		}
	case copied:
		if msg.to == s {
			s.onCopied(msg)
		}
	case rested:
		return nil, true
	default:
		return nil, false
	}
	return nil, true
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := err.(*steps.Error); ok {
		return e.What
	}
	return err.Error()
}

// onTime follows the cloud's clock.
func (s *Screen) onTime(t deps.Tick) {
	s.now = t.Now
	if t.Speed != s.speed || t.Factor != s.factor {
		s.speed, s.factor = t.Speed, t.Factor
		s.touch()
	}
	s.log.Sample(t.Now)
}

// onSnapshot keeps the newest look at the environment, and the first of this run.
func (s *Screen) onSnapshot(snap status.Snapshot) {
	if snap.At.IsZero() {
		return
	}
	if s.first == nil {
		s.first = &snap
	}
	s.snap = &snap
	s.stale()
}

// onEvents folds new events, once each, and asks for the next.
func (s *Screen) onEvents(events []steps.Event) tea.Cmd {
	var cmds []tea.Cmd
	past := s.run.Seq == 0 // what was recorded before this screen came is no news
	for _, e := range events {
		if e.Seq <= s.run.Seq {
			continue
		}
		if err := s.run.Apply(e); err != nil {
			s.say(sentence(err))
			return nil // what is on the screen stays as it was; the journal says where it breaks
		}
		s.note(e)
		if b, ok := e.Body.(steps.Lapsed); ok && !past {
			s.say("! nothing was sent: " + b.Why)
		}
	}
	cmds = append(cmds, s.events(s.run.Seq), s.settle())
	return tea.Batch(cmds...)
}

// note keeps what an event means for the screen beside the fold.
func (s *Screen) note(e steps.Event) {
	switch b := e.Body.(type) {
	case steps.RunStarted:
		if v, ok := b.Params["service"]; ok {
			s.log.Show(v.Text)
		}
	case steps.Settled:
		if step := s.run.Procedure.Step(e.Step); step != nil && step.Kind != "follow" && b.State != steps.NotApplicable {
			s.last = e.Step
		}
	case steps.Rewound:
		s.last = ""
	}
	if b, ok := e.Body.(steps.Settled); ok && b.State == steps.Failed && s.line != nil {
		if step := s.run.Procedure.Step(e.Step); step != nil {
			n, _ := panel.Place(s.run, step)
			s.message = fmt.Sprintf("! step %d failed: esc shows it", n)
		}
	}
}

// settle fits the screen to where the run now stands: the overlay, the fields, the list's cursor, the guard.
func (s *Screen) settle() tea.Cmd {
	s.touch()
	if s.looking != "" && s.looking == s.current().ID {
		s.looking = ""
	}
	q := s.question()
	if s.handed != 0 && s.handed != q {
		s.handed = 0
	}
	s.settleOverlay(q)
	cmd := s.settleFields(q)
	s.relabel()
	return tea.Batch(cmd, s.rest(s.guard.Left()))
}

// settleFields opens the field or the form of the question that is open, and closes what belonged to another.
func (s *Screen) settleFields(q uint64) tea.Cmd {
	cur := s.current()
	st := s.run.Steps[cur.ID]
	if s.tick != nil && s.tick.question != q {
		s.tick = nil
	}
	if s.form != nil && s.form.question != q {
		s.form = nil
	}
	if q == 0 || st == nil {
		return nil
	}
	switch st.Asked.Form {
	case steps.FormTick:
		if s.tick == nil {
			s.tick = &tickField{question: q, on: true}
			s.tick.field.Set(s.drafts["tick|"+string(cur.ID)])
		}
	case steps.FormAsk:
		if s.form == nil {
			s.form = newForm(q, st.Asked, s.formDrafts(cur.ID))
			return s.form.start()
		}
	}
	return nil
}

// formDrafts are the answers that were left in the form of a step.
func (s *Screen) formDrafts(id steps.Path) map[string]string {
	out := map[string]string{}
	step := s.run.Procedure.Step(id)
	if step == nil {
		return out
	}
	for _, f := range step.Fields {
		if d, ok := s.drafts["ask|"+string(id)+"|"+f.Name]; ok {
			out[f.Name] = d
		}
	}
	return out
}

// relabel puts a new list's cursor on its first row, and arms the guard whenever Enter means something else.
func (s *Screen) relabel() {
	v := s.build(s.textWidth())
	if list := v.Key; len(v.Items) > 0 && list != s.listFor || len(v.Items) <= s.list {
		s.listFor, s.list = v.Key, panel.FirstOpen(v)
		s.scroll = 0
		v = s.build(s.textWidth())
	}
	if v.Key != s.label {
		s.label = v.Key
		s.arm()
	}
}

// arm swallows answering keys for a moment.
func (s *Screen) arm() {
	s.guard.Arm()
	if s.overlay != nil {
		s.overlay.Arm()
	}
	s.touch()
}

// takeEnter reports whether an Enter counts.
func (s *Screen) takeEnter(k tea.KeyPressMsg) bool {
	if s.guard.TakeEnter(k.IsRepeat) {
		return true
	}
	if n := s.guard.Swallowed(); n > 0 {
		s.say(notTaken(n))
	}
	return false
}

func notTaken(n int) string {
	if n == 1 {
		return "1 key was not taken"
	}
	return fmt.Sprintf("%d keys were not taken", n)
}

// textWidth is the step panel's columns of text at the last size.
func (s *Screen) textWidth() int {
	if s.box.step > 4 {
		return s.box.step - 2
	}
	return 76
}

// hold tells the engine whether passes go on by themselves.
func (s *Screen) hold() tea.Cmd {
	s.auto = !s.auto
	word := "a pass waits for enter"
	if s.auto {
		word = "a pass goes on by itself"
	}
	s.touch()
	return s.do(engine.Hold{On: !s.auto}, word)
}
