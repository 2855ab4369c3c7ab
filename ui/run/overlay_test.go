package run

import (
	"math/rand/v2"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/deps"
)

// asked is a production run at its plan, with the overlay open and keys counting.
func asked(t *testing.T) (*bench, uint64) {
	b := started(t, options{production: true})
	e := planned(b)
	b.rest()
	b.press("enter")
	if b.s.overlay == nil {
		t.Fatal("enter on the plan did not open the overlay")
	}
	b.rest()
	return b, e.Seq
}

func TestOverlaySendsOnceTheTypedName(t *testing.T) {
	for name, typed := range map[string]string{"as it is": "jaja-backend", "another case, with spaces": " JAJA-Backend "} {
		t.Run(name, func(t *testing.T) {
			b, question := asked(t)
			b.typed(typed)
			b.wants("✓ this is the name", "send it, once")
			b.press("enter", "enter", "enter")
			got := told[engine.Answer](b.drv)
			if len(got) != 1 {
				t.Fatalf("%d answers were given, one was wanted", len(got))
			}
			if got[0].Question != question || got[0].By != "ana" || got[0].Via != steps.ViaScreen {
				t.Fatalf("the answer is %+v", got[0])
			}
			b.wants("~ sent 07:03:05, waiting for an answer")
		})
	}
}

func TestOverlaySendsNothingElse(t *testing.T) {
	for name, c := range map[string]struct{ typed, says string }{
		"empty": {"", "12 letters"}, "begun": {"jaja-back", "3 letters to go"}, "wrong": {"jaja-f", "✗ jaja-f is not how jaja-backend begins"},
		"too long": {"jaja-backend2", "is not how jaja-backend begins"},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := asked(t)
			b.typed(c.typed)
			b.wants(c.says, "does nothing until the name is complete")
			b.press("enter", "enter")
			if got := told[engine.Answer](b.drv); len(got) != 0 {
				t.Fatalf("%d answers were given", len(got))
			}
			b.press("esc")
			if b.s.overlay != nil {
				t.Fatal("esc did not close the overlay")
			}
		})
	}
}

func TestOverlayRefusesPaste(t *testing.T) {
	b, _ := asked(t)
	b.s.Update(tea.PasteMsg{Content: "jaja-backend"})
	b.wants("type it, a pasted name is not read", "12 letters")
	b.press("enter")
	if got := told[engine.Answer](b.drv); len(got) != 0 {
		t.Fatal("a pasted name was sent")
	}
}

func TestOverlaySwallowsTypeAhead(t *testing.T) {
	b := started(t, options{production: true})
	planned(b)
	b.rest()
	b.press("enter")
	for range 6 { // 600 ms without 250 ms of silence
		b.typed("j")
	}
	b.wants("6 keys were not taken", "12 letters")
	if b.s.Cursor() != nil {
		t.Fatal("a cursor shows though keys do not count yet")
	}
	b.wall = b.wall.Add(time.Second)
	b.view()
	if b.s.Cursor() == nil {
		t.Fatal("no cursor shows though keys count")
	}
	b.typed("j")
	b.wants("11 letters to go")
	b.s.Update(deps.Focused{}) // the terminal got its focus back
	b.typed("a")
	b.wants("11 letters to go", "1 key was not taken")
}

func TestHeldEnterIsOne(t *testing.T) {
	b := started(t, options{production: true})
	planned(b)
	b.rest()
	for range 40 { // a key that repeats each 30 ms opens the overlay, and does nothing in it
		b.wall = b.wall.Add(30 * time.Millisecond)
		b.exec(b.s.Update(tea.KeyPressMsg{Code: tea.KeyEnter}))
	}
	b.exec(b.s.Update(tea.KeyPressMsg{Code: tea.KeyEnter, IsRepeat: true}))
	if b.s.overlay == nil || len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("a held Enter did more than open the overlay")
	}
}

func TestOverlayTakesOnlyQOnceSent(t *testing.T) {
	b, _ := asked(t)
	b.typed("jaja-backend")
	b.press("enter", "esc", "n", "x", "enter")
	if b.s.overlay == nil || !b.s.overlay.Sent() {
		t.Fatal("the overlay closed before the engine said how it ended")
	}
	b.press("q")
	if len(b.sent) != 1 {
		t.Fatalf("q told the root %v", b.sent)
	}
	if _, ok := b.sent[0].(deps.Leave); !ok {
		t.Fatalf("q told the root %T", b.sent[0])
	}
}

func TestOverlayEndsWithTheAnswer(t *testing.T) {
	t.Run("unknown", func(t *testing.T) {
		b, q := asked(t)
		b.typed("jaja-backend")
		b.press("enter")
		b.event("deploy", steps.Answered{Question: q, Value: "jaja-backend"})
		b.event("deploy", steps.Intent{Attempt: 1})
		b.progress(engine.Progress{Step: "deploy", Doing: "sending"})
		b.wants("waiting for an answer")
		b.event("deploy", steps.Resulted{Outcome: steps.CodeUnknown, Error: "cut"})
		b.progress(engine.Progress{Step: "deploy", Doing: "resolving"})
		b.wants("? OUTCOME UNKNOWN", "Look now")
		b.never("waiting for an answer", "send it")
	})
	t.Run("plan lapsed", func(t *testing.T) {
		b, q := asked(t)
		b.typed("jaja-backend")
		b.press("enter")
		b.event("deploy", steps.Answered{Question: q, Value: "jaja-backend"})
		b.event("deploy", steps.Lapsed{Why: "version 14 appeared", Moved: []string{"version"}})
		if b.s.overlay != nil {
			t.Fatal("the overlay stands over a plan that lapsed")
		}
		b.wants("! nothing was sent: version 14 appeared")
	})
	t.Run("refused by the engine", func(t *testing.T) {
		b, _ := asked(t)
		b.drv.refuse = &steps.Error{Code: steps.CodeInput, What: "Not sent: the site forbids it."}
		b.typed("jaja-backend")
		b.press("enter")
		if b.s.overlay == nil || b.s.overlay.Sent() {
			t.Fatal("a refused answer left the overlay as if it were sent")
		}
		b.wants("Not sent: the site forbids it.")
	})
	t.Run("late", func(t *testing.T) {
		b, _ := asked(t)
		b.drv.refuse = &steps.Error{Code: steps.CodeLate, What: "Question 13 is not open."}
		b.typed("jaja-backend")
		b.press("enter")
		if b.s.overlay != nil {
			t.Fatal("the overlay stands over a question that is closed")
		}
		b.wants("Question 13 is not open.")
		b.press("up")
		b.never("Question 13 is not open.")
	})
}

func TestStalePlanCannotBeSent(t *testing.T) {
	b, _ := asked(t)
	b.tick(3 * time.Second)
	moved := snapshot(b.clock.now)
	moved.Services[0].State.Value.Current.Version = 14
	b.s.Update(deps.Snapshot{Snapshot: moved})
	b.typed("jaja-backend")
	b.press("enter")
	if len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("an old plan was sent")
	}
	b.wants("the plan is old")
	b.press("esc")
	b.rest()
	b.wants("make a new plan")
	b.press("enter")
	if got := told[engine.Back](b.drv); len(got) != 1 || got[0].To != "deploy" {
		t.Fatalf("enter on an old plan told the engine %v", got)
	}
}

func TestReadOnlySendsNothing(t *testing.T) {
	b := started(t, options{production: true, readOnly: true})
	planned(b)
	b.rest()
	b.press("enter")
	if b.s.overlay != nil {
		t.Fatal("the overlay opened though nothing may be changed")
	}
}

// TestNoKeySendsOutsideTheOverlay presses keys at random. Unless a whole name was typed into the overlay, no confirmation goes out.
func TestNoKeySendsOutsideTheOverlay(t *testing.T) {
	all := []string{"enter", "enter", "enter", "esc", "tab", "up", "down", "1", "2", "3", "4", "n", "s", "e", "x", "r", "c", "v", "y", "A", "[", "]", "z", "H", "j", "k", "g", "G", "o", "a", "m", "b", "f", "/", "backspace", ",", "."}
	for seed := range uint64(40) {
		b := started(t, options{production: true})
		planned(b)
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 120 {
			b.rest()
			b.press(all[rng.IntN(len(all))])
			b.view()
		}
		if got := told[engine.Answer](b.drv); len(got) != 0 {
			t.Fatalf("seed %d: %d answers went out", seed, len(got))
		}
	}
}
