package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
)

func TestModesAreSetInEveryView(t *testing.T) {
	w := newWorld(t)
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 20, Height: 6}, {Width: 1, Height: 1}, {}} {
		w.send(size)
		if v := w.m.View(); !v.AltScreen || !v.ReportFocus || !strings.HasPrefix(v.WindowTitle, "PRODUCTION") {
			t.Errorf("%v: modes are not set: %+v", size, v)
		}
	}
}

func TestSmallTerminals(t *testing.T) {
	w := newWorld(t)
	for width := 1; width < 62; width++ {
		for height := 1; height < 18; height++ {
			w.send(tea.WindowSizeMsg{Width: width, Height: height})
			lines := strings.Split(w.m.View().Content, "\n")
			if len(lines) > height {
				t.Fatalf("%d lines on %dx%d", len(lines), width, height)
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > width {
					t.Fatalf("%q is wider than %dx%d", ansi.Strip(l), width, height)
				}
			}
		}
	}
	w.send(tea.WindowSizeMsg{Width: 1, Height: 1})
	if got := ansi.Strip(w.m.View().Content); got != "P" {
		t.Errorf("1x1 shows %q", got)
	}
	w.send(tea.WindowSizeMsg{Width: 40, Height: 8})
	got := ansi.Strip(w.m.View().Content)
	for _, want := range []string{"PRODUCTION", "482109375510/eu-west-1", "too small to answer", "q leave"} {
		if !strings.Contains(got, want) {
			t.Errorf("the card lacks %q:\n%s", want, got)
		}
	}
	n := len(w.up.got)
	w.send(press("enter"))
	if len(w.up.got) != n {
		t.Error("a screen that cannot be seen was answered")
	}
}

func TestLeavingPausesTheRunAndSaysHowToComeBack(t *testing.T) {
	w := newWorld(t)
	if w.send(press("q")) {
		t.Fatal("leaving the run left the program")
	}
	if w.drv.closes() != 1 {
		t.Fatal("the run was not closed once")
	}
	if len(w.m.stack) != 1 || w.m.top().screen != Screen(w.home) {
		t.Fatal("home is not on top")
	}
	want := "Run 1123-5 is kept at step 2, Deploy. What was sent goes on. Back with: runbook resume 1123-5"
	found := false
	for _, msg := range w.home.got {
		if r, ok := msg.(deps.Returned); ok {
			found = r.Text == want
		}
	}
	if !found {
		t.Errorf("home was not told: %v", w.home.got)
	}
	if !w.send(press("q")) {
		t.Error("q at home does not end the program")
	}
	if len(w.m.leave) != 1 || w.m.leave[0].text != want {
		t.Errorf("said at the end: %v", w.m.leave)
	}
}

func TestInterruptIsEscAndTwiceLeaves(t *testing.T) {
	w := newWorld(t)
	w.up.typing = true
	w.send(press("ctrl+c"))
	if k, ok := w.up.last().(tea.KeyPressMsg); !ok || k.String() != "esc" {
		t.Fatalf("once is %v", w.up.last())
	}
	w.wall = w.wall.Add(3 * time.Second)
	w.send(press("ctrl+c"))
	if len(w.m.stack) != 2 {
		t.Fatal("two that are 3 s apart left")
	}
	w.wall = w.wall.Add(time.Second)
	w.send(press("ctrl+c"))
	if len(w.m.stack) != 1 || w.drv.closes() != 1 {
		t.Fatal("two within 2 s did not leave")
	}
}

func TestFieldsKeepTheirKeys(t *testing.T) {
	w := newWorld(t)
	w.up.typing = true
	for _, k := range []string{"?", ":", "T", "q"} {
		w.send(press(k))
		if got, ok := w.up.last().(tea.KeyPressMsg); !ok || got.Text != k {
			t.Errorf("%s did not reach the field", k)
		}
	}
	if w.m.over != nil {
		t.Fatal("a letter opened an overlay")
	}
	w.send(press("f1"))
	if w.m.over == nil {
		t.Fatal("F1 does not open help in a field")
	}
}

func TestHelpIsMadeFromTheBindings(t *testing.T) {
	w := newWorld(t)
	w.send(press("?"))
	got := ansi.Strip(w.m.View().Content)
	for _, want := range []string{"═ help ═", "keys of run 1123-5", "add a note", "- s", "skip: close the plan", "go to or do anything", "Everywhere"} {
		if !strings.Contains(got, want) {
			t.Errorf("help lacks %q:\n%s", want, got)
		}
	}
	exact(t, w.m.View().Content, 80, 24)
	w.send(press("/"))
	for _, r := range "evidence" {
		w.send(press(string(r)))
	}
	if got := ansi.Strip(w.m.View().Content); !strings.Contains(got, "evidence") || strings.Contains(got, "add a note") {
		t.Errorf("finding a key shows:\n%s", got)
	}
	w.send(press("esc"))
	w.send(press("esc"))
	if w.m.over != nil {
		t.Fatal("esc does not close help")
	}
	if _, ok := w.up.last().(deps.Focused); !ok {
		t.Error("the screen was not told that keys may be meant for something else")
	}
}

func exact(t *testing.T, content string, w, h int) {
	t.Helper()
	lines := strings.Split(content, "\n")
	if len(lines) != h {
		t.Errorf("%d lines, want %d", len(lines), h)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			t.Errorf("line %d is %d columns: %q", i+1, n, ansi.Strip(l))
		}
	}
}

func TestPaletteFindsByLettersInOrder(t *testing.T) {
	w := newWorld(t)
	w.send(press(":"))
	for _, r := range "back roll" {
		w.send(press(string(r)))
	}
	content := w.m.View().Content
	exact(t, content, 80, 24)
	if got := ansi.Strip(content); !strings.Contains(got, "› Roll back: decide the way back") || !strings.Contains(got, "Go to or do") {
		t.Fatalf("shows\n%s", got)
	}
	w.send(press("enter"))
	if w.m.over != nil || w.m.top().screen.Title() != "page rollback" {
		t.Fatalf("enter opened %s", w.m.top().screen.Title())
	}
}

func TestPaletteActsOnTheScreenAndNeverSendsAgain(t *testing.T) {
	w := newWorld(t)
	choose := func(query string) {
		w.send(press(":"))
		for _, r := range query {
			w.send(press(string(r)))
		}
		w.send(press("enter"))
	}
	choose("add a note")
	if a, ok := w.up.last().(deps.Act); !ok || a.ID != keys.Note {
		t.Errorf("the screen got %v", w.up.last())
	}
	n := len(w.up.got)
	choose("send again")
	if w.m.over == nil || len(w.up.got) != n {
		t.Error("what is never possible closed the palette or reached the screen")
	}
	w.m.over = nil
	choose("mouse: off")
	if w.m.mouse {
		t.Error("the mouse is still on")
	}
}

func TestPasteAndMouseDoNotReachWhatLiesBeneath(t *testing.T) {
	w := newWorld(t)
	w.send(press(":"))
	n := len(w.up.got)
	w.send(tea.MouseClickMsg{X: 3, Y: 3, Button: tea.MouseLeft})
	w.send(tea.PasteMsg{Content: "roll\nback"})
	if len(w.up.got) != n {
		t.Error("it reached the screen")
	}
	if p := w.m.over.(*palette); p.input.Value() != "roll back" {
		t.Errorf("pasted %q", p.input.Value())
	}
}

func TestARunReplacesItsFirstPage(t *testing.T) {
	w := newWorld(t)
	w.send(deps.ShowProcedure{ID: "rollback"})
	w.send(deps.OpenProcedure{ID: "rollback"})
	if len(w.m.stack) != 3 || w.m.top().screen.Title() != "run 1123-6" || w.m.top().driver == nil {
		t.Fatalf("%d screens, %s on top", len(w.m.stack), w.m.top().screen.Title())
	}
}

func TestARunThatCannotBeOpenedIsSaid(t *testing.T) {
	w := newWorld(t)
	w.m.d.Start = func(context.Context, string, steps.Values, *steps.Origin) (deps.Driver, error) {
		return nil, &steps.Error{Code: steps.CodePlace, What: "These keys belong to another account."}
	}
	w.send(deps.OpenProcedure{ID: "rollback"})
	if r, ok := w.up.last().(deps.Refused); !ok || steps.CodeOf(r.Err) != steps.CodePlace {
		t.Errorf("the screen got %v", w.up.last())
	}
}

func TestNoCommandNoView(t *testing.T) {
	w := newWorld(t)
	first := w.m.View().Content
	w.m.stack[1].screen.(*screen).title = "changed"
	w.send(tea.KeyReleaseMsg{Code: 'x'})
	w.send(tea.MouseMotionMsg{X: 1, Y: 1})
	if got := w.m.View().Content; got != first {
		t.Error("a message that changes nothing was drawn")
	}
	w.send(press("x"))
	if got := w.m.View().Content; got == first {
		t.Error("a key was not drawn")
	}
}
