package run

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/deps"
)

func TestChoose(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.rest()
	b.press("down")
	b.wants("nothing: it is what is live")
	b.press("enter")
	if len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("a blocked row was chosen")
	}
	b.press("up")
	b.rest()
	b.press("enter", "enter")
	got := told[engine.Answer](b.drv)
	if len(got) != 1 || got[0].Value != ":jaja-backend.backend.12" {
		t.Fatalf("answers: %+v", got)
	}
}

func TestEnterIsSwallowedAfterTheQuestionChanged(t *testing.T) {
	b := started(t, options{})
	deciding(b)
	b.press("enter")
	b.wants("1 key was not taken")
	if len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("an Enter typed at the screen before answered this one")
	}
}

func TestDecideAgainstTheRecommendationNeedsAReason(t *testing.T) {
	b := started(t, options{})
	deciding(b)
	b.rest()
	b.press("down")
	b.wants("against the recommendation")
	b.press("enter")
	b.rest()
	b.press("enter")
	b.wants("an empty line is no reason")
	b.typed("the image is broken too")
	b.rest()
	b.press("enter")
	got := told[engine.Answer](b.drv)
	if len(got) != 1 || got[0].Value != "commit" || got[0].Why != "the image is broken too" {
		t.Fatalf("answers: %+v", got)
	}
}

func TestWarningNeedsAReason(t *testing.T) {
	b := started(t, options{})
	passed(b, "who")
	b.event("live", steps.Observed{Verdict: steps.Warned, Summary: "2 errors"})
	e := b.event("live", steps.Asked{Form: steps.FormReason, Prompt: "Reason to go on"})
	b.rest()
	b.press("enter")
	b.wants("Reason to go on")
	b.typed("INC-88, n and s are letters here")
	b.rest()
	b.press("enter")
	got := told[engine.Answer](b.drv)
	if len(got) != 1 || got[0].Question != e.Seq || got[0].Why != "INC-88, n and s are letters here" {
		t.Fatalf("answers: %+v", got)
	}
}

func TestTick(t *testing.T) {
	for typed, want := range map[string]steps.Answered{"yes": {Value: "yes"}, "posted in #deploys": {Value: "posted in #deploys"}, "https://x.y/z": {Link: "https://x.y/z"}} {
		b := started(t, options{})
		ticking(b)
		b.rest()
		b.press("enter")
		b.wants("an empty line is no tick")
		b.typed(typed)
		b.rest()
		b.press("enter")
		got := told[engine.Answer](b.drv)
		if len(got) != 1 || got[0].Value != want.Value || got[0].Link != want.Link {
			t.Fatalf("%q gave %+v", typed, got)
		}
	}
}

func TestTickKeepsTheDraft(t *testing.T) {
	b := started(t, options{})
	ticking(b)
	b.rest()
	b.typed("posted")
	b.s.Update(tea.PasteMsg{Content: " in\n#deploys"})
	b.press("esc")
	if b.s.Typing() {
		t.Fatal("esc left the field with the keys")
	}
	b.press("s", "esc")
	b.wants("posted in #deploys")
}

func TestAskKeepsYouInAFieldThatDoesNotFit(t *testing.T) {
	b := started(t, options{})
	asking(b)
	b.typed("INC-88")
	b.rest()
	b.press("enter")
	b.typed("2026")
	b.rest()
	b.press("enter")
	b.wants(`"2026" is not a time`, "does not fit", "field 2 of 2")
	if len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("a field that does not fit was kept")
	}
	b.press("esc")
	if b.s.Typing() {
		t.Fatal("esc did not leave the form")
	}
	b.rest()
	b.press("enter", "ctrl+u")
	b.typed("2026-11-23T06:50:00Z")
	b.rest()
	b.press("enter")
	got := told[engine.Answer](b.drv)
	if len(got) != 1 || got[0].Values["ticket"] != "INC-88" || got[0].Values["moment"] != "2026-11-23T06:50:00Z" {
		t.Fatalf("answers: %+v", got)
	}
}

func TestEnterElsewhereAnswersNothing(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.s.Update(deps.Snapshot{Snapshot: snapshot(b.clock.now)})
	for _, panel := range []string{"1", "3", "4"} {
		b.press(panel)
		b.rest()
		b.press("enter")
	}
	if len(told[engine.Answer](b.drv)) != 0 {
		t.Fatal("Enter in another panel answered the question")
	}
}

func TestFailedStep(t *testing.T) {
	b := started(t, options{})
	waiting(b)
	b.event("wait", steps.Settled{State: steps.Failed, Why: "FAILED"})
	b.progress(progressAt("wait"))
	b.rest()
	b.press("enter")
	if got := told[engine.Retry](b.drv); len(got) != 1 || got[0].Step != "wait" {
		t.Fatalf("enter on a failed step told the engine %v", got)
	}
	b.rest()
	b.press("a")
	b.typed("kim")
	b.rest()
	b.press("enter")
	b.wants("a name, a comma, and a link")
	b.typed(", https://example.org/911")
	b.rest()
	b.press("enter")
	got := told[engine.Approve](b.drv)
	if len(got) != 1 || got[0].By != "kim" || !strings.Contains(got[0].Why, "https://example.org/911, recorded by ana") {
		t.Fatalf("approvals: %+v", got)
	}
}

func TestUnknownOffersOnlyReading(t *testing.T) {
	b := started(t, options{production: true})
	sent(b)
	b.event("deploy", steps.Resulted{Outcome: steps.CodeUnknown, Error: "cut"})
	b.progress(engine.Progress{Step: "deploy", Doing: "sleeping"})
	b.rest()
	b.press("enter")
	if len(told[engine.LookNow](b.drv)) != 1 {
		t.Fatal("enter did not look")
	}
	b.press("x")
	b.wants("not while an outcome is unknown")
	b.event("deploy", steps.Resolved{Finding: steps.Finding{Is: steps.Unsure, Why: "both are there"}})
	b.progress(progressAt("deploy"))
	b.press("down", "down")
	b.rest()
	b.press("enter")
	b.typed("version 14 is ours: same image")
	b.rest()
	b.press("enter")
	got := told[engine.Say](b.drv)
	if len(got) != 1 || got[0].Is != steps.Landed || got[0].Why == "" {
		t.Fatalf("said: %+v", got)
	}
}

func TestDropNeedsTheWord(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.press("x")
	b.typed("yes")
	b.rest()
	b.press("enter")
	b.wants("only the word drop ends the run")
	b.press("ctrl+u")
	b.typed("drop")
	b.rest()
	b.press("enter")
	if got := told[engine.Abort](b.drv); len(got) != 1 || got[0].By != "ana" {
		t.Fatalf("aborts: %+v", got)
	}
}

func TestNoteSkipAndChange(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.press("n")
	b.typed("kim knows")
	b.press("esc")
	b.press("n")
	b.wants("kim knows")
	b.rest()
	b.press("enter")
	if got := told[engine.Note](b.drv); len(got) != 1 || got[0].Text != "kim knows" || got[0].Step != "image" {
		t.Fatalf("notes: %+v", got)
	}
	b.press("s")
	b.typed("chosen by hand")
	b.rest()
	b.press("enter")
	if got := told[engine.Skip](b.drv); len(got) != 1 || got[0].Step != "image" || got[0].Why != "chosen by hand" {
		t.Fatalf("skips: %+v", got)
	}
	b.press("[")
	b.wants("looking at another step", "back to the present step")
	b.press("e")
	b.typed("look anew")
	b.rest()
	b.press("enter")
	if got := told[engine.Back](b.drv); len(got) != 1 || got[0].To != "migration" {
		t.Fatalf("backs: %+v", got)
	}
}

func TestEscGoesBackOneThing(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.s.Update(deps.Snapshot{Snapshot: snapshot(b.clock.now)})
	b.press("[", "[", "3", "z", "esc", "esc")
	b.wants("looking at another step")
	b.press("esc", "esc")
	b.wants("you are at the step; q leaves, the run is kept")
	for range 10 {
		b.press("esc")
	}
	if len(b.sent) != 0 {
		t.Fatalf("esc told the root %v", b.sent)
	}
}

func TestPacing(t *testing.T) {
	p := rollback()
	p.Objective = steps.Objective{}
	b := newBench(t, options{procedure: p})
	b.exec(b.s.silently(engine.Hold{On: !b.s.auto}))
	if got := told[engine.Hold](b.drv); len(got) != 1 || !got[0].On {
		t.Fatalf("a run without an objective begins with %v", got)
	}
	b.event("", steps.RunStarted{Operator: "ana"})
	b.progress(engine.Progress{Step: "who", Held: true})
	b.wants("start: run the check (reads only)")
	b.rest()
	b.press("enter")
	if len(told[engine.Go](b.drv)) != 1 {
		t.Fatal("enter did not let the step start")
	}
	b.pass("who", nil)
	b.progress(engine.Progress{Step: "live", Held: true})
	b.wants("✓ passed", "next, step 2: run the check")
	b.press("A")
	if got := told[engine.Hold](b.drv); len(got) != 2 || got[1].On {
		t.Fatalf("A told the engine %v", got)
	}
}

func TestObjectiveRunIsNotHeld(t *testing.T) {
	b := newBench(t, options{})
	if !b.s.auto {
		t.Fatal("a run with an objective waits after each pass")
	}
}

func TestCopyByHandIsSaid(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.press("c")
	text := b.copies["by-hand-1123-5-image.sh"]
	if !strings.Contains(text, "service='jaja-backend'") || !strings.Contains(text, "get-container-images") {
		t.Fatalf("copied: %q", text)
	}
	b.wants("copied, and saved to", "copies/by-hand-1123-5-image.sh")
	b.press("up")
	b.never("copied, and")
}

func TestLeaveSaysHowToComeBack(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.press("q", "q")
	if len(b.sent) != 1 {
		t.Fatalf("q told the root %v", b.sent)
	}
	if l := b.sent[0].(deps.Leave); !strings.Contains(l.Text, "Run 1123-5 is kept at step 4") || !strings.Contains(l.Text, "runbook resume 1123-5") {
		t.Fatalf("it says %q", l.Text)
	}
}

func TestFocusIsThePersons(t *testing.T) {
	b := started(t, options{})
	choosing(b)
	b.press("4")
	b.event("image", steps.Answered{Question: b.s.question(), Value: ":jaja-backend.backend.12"})
	b.event("image", steps.Settled{State: steps.Passed})
	b.progress(engine.Progress{Step: "reason"})
	if b.s.at != onLog {
		t.Fatal("an event moved the focus")
	}
}

func TestMouseNeverAnswers(t *testing.T) {
	b, _ := asked(t)
	for y := range 24 {
		b.exec(b.s.Update(tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft}))
	}
	b.press("esc")
	for y := range 24 {
		for range 2 {
			b.exec(b.s.Update(tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft}))
			b.exec(b.s.Update(tea.MouseWheelMsg{X: 10, Y: y, Button: tea.MouseWheelDown}))
			b.view()
		}
	}
	if len(b.drv.commands) != 0 {
		t.Fatalf("the mouse told the engine %v", b.drv.commands)
	}
}

// TestListens lets the screen's own commands wait for a driver that goes on beside it.
func TestListens(t *testing.T) {
	b := newBench(t, options{})
	got := make(chan tea.Msg, 2)
	events := b.s.events(0)
	go func() { got <- events() }()
	watch := b.s.watch(b.drv.moved)
	go func() { got <- watch() }()
	b.drv.mu.Lock()
	b.drv.events = append(b.drv.events, steps.Event{Seq: 1, At: start, Run: "1123-5", Type: "run-started", Body: steps.RunStarted{Operator: "ana"}})
	b.drv.progress = engine.Progress{Step: "who", Doing: "looking"}
	close(b.drv.more)
	close(b.drv.moved)
	b.drv.more, b.drv.moved = make(chan struct{}), make(chan struct{})
	b.drv.mu.Unlock()
	for range 2 {
		select {
		case msg := <-got:
			b.s.Update(msg)
		case <-time.After(5 * time.Second):
			t.Fatal("nothing came")
		}
	}
	if b.s.run.Seq != 1 || b.s.progress.Doing != "looking" {
		t.Fatalf("folded to %d, doing %q", b.s.run.Seq, b.s.progress.Doing)
	}
	late := b.s.events(1)
	go func() { got <- late() }()
	b.s.cancel()
	select {
	case msg := <-got:
		if msg != nil {
			t.Fatalf("a screen that was left got %T", msg)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("a screen that was left still waits")
	}
}
