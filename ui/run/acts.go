package run

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/run/confirm"
	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// onEnter does what the action line of the step panel says.
func (s *Screen) onEnter(k tea.KeyPressMsg) tea.Cmd {
	v := s.build(s.textWidth())
	if v.Enter.Do == panel.Nothing {
		saw(&s.guard)
		if v.Form == steps.FormChoose || v.Form == steps.FormDecide {
			s.say(v.Action)
		}
		return nil
	}
	if !s.takeEnter(k) {
		return s.rest(s.guard.Left())
	}
	return s.act(v.Enter)
}

// act carries an act out. None of these sends anything: that is the overlay's alone.
func (s *Screen) act(a panel.Act) tea.Cmd {
	here := s.current().ID
	switch a.Do {
	case panel.GoOn:
		s.last = ""
		s.touch()
		return s.silently(engine.Go{})
	case panel.Choose:
		return s.answer(steps.Answered{Question: s.question(), Value: a.Value})
	case panel.Keep:
		return s.keep()
	case panel.Overlay:
		return s.openOverlay()
	case panel.LookAgain:
		return s.do(engine.Retry{Step: here, Why: "looked at again", By: s.d.Operator}, "")
	case panel.LookNow:
		return s.do(engine.LookNow{}, "looking")
	case panel.Replan:
		return s.do(engine.Back{To: here, Why: "the plan is made anew", By: s.d.Operator}, "the plan is made anew")
	case panel.Present:
		s.present()
	case panel.Leave:
		return s.quit()
	case panel.Resume:
		s.resumed = true
		return deps.Send(deps.OpenRun{ID: s.run.ID})
	default:
		return s.open(a)
	}
	return nil
}

// lineFor are the lines that acts open.
var lineFor = map[panel.Do]string{panel.SkipIt: "skip", panel.ApproveIt: "approve", panel.SayLanded: "landed", panel.SayAbsent: "absent"}

// open carries out the acts that lead elsewhere: to a line, another panel, a card, another procedure.
func (s *Screen) open(a panel.Act) tea.Cmd {
	if kind := lineFor[a.Do]; kind != "" {
		s.openLine(kind, a.Value)
		return nil
	}
	switch a.Do {
	case panel.Reason:
		kind := "reason"
		if a.Value != "" {
			kind = "against"
		}
		s.openLine(kind, a.Value)
	case panel.OpenOther:
		return deps.Send(deps.ShowProcedure{ID: a.Value, Params: s.paramsFor(a.Value), From: &steps.Origin{Run: s.run.ID, Step: s.current().ID}})
	case panel.OpenLink:
		return s.copyText("the link", "link-"+s.run.ID+".txt", a.Value)
	case panel.Copy:
		return s.copyByHand()
	case panel.HandOver:
		s.openCard()
	case panel.ReadLog:
		s.focusOn(onLog)
	}
	return nil
}

// paramsFor are the parameters of a problem's procedure, and this run's service.
func (s *Screen) paramsFor(id string) steps.Values {
	out := steps.Values{}
	if s.snap != nil {
		for _, p := range s.snap.Problems {
			if p.Procedure == id {
				for k, v := range p.Params {
					out[k] = steps.Value{Kind: steps.KindText, Text: v}
				}
			}
		}
	}
	if v, ok := s.run.Started.Params["service"]; ok {
		out["service"] = v
	}
	return out
}

// keep hands over what stands in the field or the form.
func (s *Screen) keep() tea.Cmd {
	switch {
	case s.tick != nil:
		return s.keepTick()
	case s.form != nil && !s.form.on:
		s.form.on = true
		s.arm()
	}
	return nil
}

// openOverlay opens the overlay over the plan that is asked about.
func (s *Screen) openOverlay() tea.Cmd {
	st := s.run.Steps[s.current().ID]
	if st.Phase != steps.PhaseAsked || st.Asked.Form != steps.FormConfirm || s.d.ReadOnly {
		return nil
	}
	env := s.d.Environment
	account := st.Plan.Account
	if env.Title != "" {
		account += " (" + env.Title + ")"
	}
	cloud := s.t.Frame.Cloud
	if cloud == "" {
		cloud = s.t.Frame.Word
	}
	s.overlay = confirm.New(st.Question, st.Asked.Want, st.Plan,
		confirm.Place{Cloud: cloud, Production: s.t.Frame.Double, Account: account, Region: st.Plan.Region, As: s.as()}, s.wallNow)
	s.touch()
	return s.rest(s.overlay.Rest())
}

// as is who sends: the operator, and the role that the cloud knows.
func (s *Screen) as() string {
	out := s.d.Operator
	if s.snap != nil && s.snap.Identity.Known {
		if role := roleName(s.snap.Identity.Value.ARN); role != "" {
			out += ", " + role
		}
	}
	return out
}

// roleName is the last part of an identity: role jaja-deploy, user ana.
func roleName(arn string) string {
	_, rest, ok := strings.Cut(arn, "assumed-role/")
	if ok {
		name, _, _ := strings.Cut(rest, "/")
		return "role " + name
	}
	if _, name, ok := strings.Cut(arn, ":user/"); ok {
		return "user " + name
	}
	return ""
}

// onOverlay gives the overlay a key. This is the only place from which a confirmation goes to the engine.
func (s *Screen) onOverlay(k tea.KeyPressMsg) tea.Cmd {
	s.touch()
	o := s.overlay
	switch o.Key(k, s.now) {
	case confirm.Close:
		s.overlay = nil
		s.arm()
	case confirm.Send:
		return s.answer(steps.Answered{Question: o.Question, Value: strings.TrimSpace(o.Text())})
	case confirm.Leave:
		return s.quit()
	}
	return s.rest(o.Rest())
}

// settleOverlay closes the overlay once the engine has said how its question ended.
func (s *Screen) settleOverlay(q uint64) {
	if s.overlay == nil {
		return
	}
	st := s.run.Steps[s.current().ID]
	onItsWay := s.overlay.Sent() && st.Answer.Question == s.overlay.Question &&
		(st.Phase == steps.PhaseAnswered || st.Phase == steps.PhaseIntent && st.Outcome == steps.CodeUnknown && st.Error == "" && s.sendingNow())
	if q == s.overlay.Question || onItsWay {
		s.stale()
		return
	}
	s.overlay = nil
	s.arm()
}

// sendingNow reports whether the call is still on its way: progress comes apart from events, so only another word ends it.
func (s *Screen) sendingNow() bool {
	switch s.progress.Doing {
	case "resolving", "verifying":
		return false
	}
	return true
}

// stale tells the overlay when the state panel has seen something that the plan did not know.
func (s *Screen) stale() {
	if s.overlay == nil || s.overlay.Sent() {
		return
	}
	in := s.in(s.textWidth())
	s.overlay.Stale(panel.Moved(&in))
}

// copyByHand copies the step's commands.
func (s *Screen) copyByHand() tea.Cmd {
	step := s.shown()
	text := s.text(step, s.textWidth()).byHand
	if text == "" {
		s.say("this step has no command to copy")
		return nil
	}
	name := strings.ReplaceAll(string(step.ID), "/", "-")
	return s.copyText("the commands of this step", "by-hand-"+s.run.ID+"-"+name+".sh", text)
}

func (s *Screen) openCard() {
	s.card, s.scroll, s.line = true, 0, nil
	s.at = onStep
	s.touch()
}

// quit leaves the screen; nothing is lost by it.
func (s *Screen) quit() tea.Cmd {
	if s.leaving {
		return nil
	}
	s.leaving = true
	text := s.where()
	s.say("leaving: what is under way is waited for")
	return deps.Send(deps.Leave{Text: text})
}

// present goes back to the present step.
func (s *Screen) present() {
	s.looking, s.scroll = "", 0
	s.arm()
	s.relabel()
}
