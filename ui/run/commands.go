package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// Messages of this screen's commands to itself. Each carries the screen that it belongs to: the root sends to every screen on the
// stack what it does not know.
type (
	evented struct {
		to     *Screen
		events []steps.Event
	}
	progressed struct {
		to      *Screen
		now     engine.Progress
		changed <-chan struct{}
	}
	logGrew struct {
		to      *Screen
		changed <-chan struct{}
	}
	did struct {
		to       *Screen
		err      error
		said     string
		question uint64 // of an answer
	}
	tookLong struct {
		to    *Screen
		usual map[steps.Path]panel.Usual
	}
	copied struct {
		to   *Screen
		what string
		path string
		err  error
	}
	rested struct{ to *Screen }
)

// events waits until there are events after seq and brings all that are new.
func (s *Screen) events(seq uint64) tea.Cmd {
	return func() tea.Msg {
		for {
			evs, more := s.drv.After(seq)
			if len(evs) > 0 {
				return evented{s, evs}
			}
			select {
			case <-more:
			case <-s.ctx.Done():
				return nil
			}
		}
	}
}

// watch brings what the run is doing: at once when changed is nil, else when that is closed.
func (s *Screen) watch(changed <-chan struct{}) tea.Cmd {
	return func() tea.Msg {
		if changed != nil {
			select {
			case <-changed:
			case <-s.ctx.Done():
				return nil
			}
		}
		p, next := s.drv.Watch()
		return progressed{s, p, next}
	}
}

// settleLog is how long lines are gathered before the panel is drawn anew.
const settleLog = 50 * time.Millisecond

// logged waits for new lines of the log on show.
func (s *Screen) logged(changed <-chan struct{}) tea.Cmd {
	store := s.log.Store()
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		if changed != nil {
			select {
			case <-changed:
			case <-s.ctx.Done():
				return nil
			}
			timer := time.NewTimer(settleLog)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-s.ctx.Done():
				return nil
			}
		}
		_, next := store.Version()
		return logGrew{s, next}
	}
}

// do hands a command to the driver; said is what the bottom border says when it won.
func (s *Screen) do(c engine.Command, said string) tea.Cmd {
	question := uint64(0)
	if a, ok := c.(engine.Answer); ok {
		question = a.Question
	}
	return func() tea.Msg { return did{s, s.drv.Do(s.ctx, c), said, question} }
}

// silently is do without a word where it wins.
func (s *Screen) silently(c engine.Command) tea.Cmd { return s.do(c, "") }

// answer hands an answer over, once: until the engine has replied no other is given to the same question.
func (s *Screen) answer(a steps.Answered) tea.Cmd {
	if s.handed == a.Question {
		return nil
	}
	s.handed = a.Question
	a.By, a.Via = s.d.Operator, steps.ViaScreen
	s.touch()
	return s.do(engine.Answer{Answered: a}, "")
}

// copyText asks the terminal to copy by OSC 52, which no terminal confirms, and writes a file; both are said.
func (s *Screen) copyText(what, name, text string) tea.Cmd {
	write := func() tea.Msg {
		if s.d.Copy == nil {
			return copied{to: s, what: what}
		}
		path, err := s.d.Copy(name, text)
		return copied{s, what, path, err}
	}
	return tea.Batch(tea.SetClipboard(text), write)
}

func (s *Screen) onCopied(m copied) {
	switch {
	case m.err != nil:
		s.say(m.what + ": copied; no file was written: " + sentence(m.err))
	case m.path == "":
		s.say(m.what + ": copied")
	default:
		s.say(m.what + ": copied, and saved to " + m.path)
	}
}

// look has the environment looked at once more, beside the regular looks.
func (s *Screen) look() tea.Cmd {
	w := s.d.Status
	if w == nil {
		return nil
	}
	return func() tea.Msg { return deps.Snapshot{Snapshot: w.Look(s.ctx)} }
}

// speedTo changes the simulated clock.
func (s *Screen) speedTo(factor float64) tea.Cmd {
	set := s.d.SetFactor
	return func() tea.Msg {
		return did{to: s, err: set(s.ctx, factor), said: "the clock runs ×" + panel.Factor(factor) + " while the cloud works"}
	}
}

// lookBack reads how long steps of this procedure took in earlier runs, of the newest ones.
func (s *Screen) lookBack() tea.Cmd {
	j, p, id := s.d.Journal, s.run.Procedure, s.run.ID
	if j == nil || p == nil {
		return nil
	}
	return func() tea.Msg {
		runs, err := j.Runs(s.ctx)
		if err != nil {
			return nil // how long it usually takes is a nicety
		}
		took := map[steps.Path][]time.Duration{}
		read := 0
		for _, r := range runs {
			if r.ID == id || r.Procedure != p.ID || read == 12 {
				continue
			}
			read++
			gather(s.ctx, j, r.ID, took)
		}
		return tookLong{s, summarise(took)}
	}
}

// gather adds how long the steps of one run took that passed.
func gather(ctx context.Context, j steps.Journal, run string, took map[steps.Path][]time.Duration) {
	entered := map[steps.Path]time.Time{}
	for e, err := range j.Read(ctx, run) {
		if err != nil {
			return
		}
		switch b := e.Body.(type) {
		case steps.Entered:
			entered[e.Step] = e.At
		case steps.Settled:
			if at, ok := entered[e.Step]; ok && b.State == steps.Passed {
				took[e.Step] = append(took[e.Step], e.At.Sub(at))
			}
		}
	}
}

func summarise(took map[steps.Path][]time.Duration) map[steps.Path]panel.Usual {
	out := map[steps.Path]panel.Usual{}
	for path, all := range took {
		u := panel.Usual{Runs: len(all), Least: all[0], Most: all[0]}
		sum := time.Duration(0)
		for _, d := range all {
			sum += d
			u.Least, u.Most = min(u.Least, d), max(u.Most, d)
		}
		u.Typical = sum / time.Duration(len(all))
		out[path] = u
	}
	return out
}

// onDid takes what became of a command.
func (s *Screen) onDid(m did) {
	if m.err == nil { // an answer stays handed over until its event comes
		if m.said != "" {
			s.say(m.said)
		}
		s.touch()
		return
	}
	if s.handed == m.question {
		s.handed = 0
	}
	text := m.err.Error()
	if e, ok := errors.AsType[*steps.Error](m.err); ok {
		text = e.What
		if e.Next != "" {
			text += " " + e.Next
		}
	}
	if errors.Is(m.err, context.Canceled) {
		return
	}
	if s.overlay != nil && m.question == s.overlay.Question {
		s.refused(m.err, text)
	}
	if s.form != nil && m.question == s.form.question {
		s.form.reopen()
	}
	s.say(text)
}

// refused gives the overlay its answer back, or closes it where the question is no longer open.
func (s *Screen) refused(err error, text string) {
	if steps.CodeOf(err) == steps.CodeInput {
		s.overlay.Refused(text)
		return
	}
	s.overlay = nil
	s.arm()
}

// rest asks for one more View when keys count again, so that the cursor shows.
func (s *Screen) rest(d time.Duration) tea.Cmd {
	if d <= 0 || s.timer == nil {
		return nil
	}
	return s.timer(d+time.Millisecond, func(time.Time) tea.Msg { return rested{s} })
}

// where says where a run is left.
func (s *Screen) where() string {
	if s.run.Over() {
		return fmt.Sprintf("Run %s is over. Its record: runbook report %s", s.run.ID, s.run.ID)
	}
	n, _ := panel.Place(s.run, s.current())
	text := fmt.Sprintf("Run %s is kept at step %d, %s. What was sent goes on. Back with: runbook resume %s", s.run.ID, n, panel.Name(s.run, s.current()), s.run.ID)
	for _, st := range s.run.Steps {
		if st.Open() {
			text += "\nThe outcome of what was sent at " + s.t.Clock(st.IntentAt) + " is not known; nothing is sent again until it is."
		}
	}
	return text
}
