package home

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
)

func bare() opts { return opts{theme: theme.Options{Profile: colorprofile.ASCII}} }

func said(cmd tea.Cmd) tea.Msg {
	if cmd == nil {
		return nil
	}
	return cmd()
}

func TestEnterOpensTheProcedureThatMendsTheFault(t *testing.T) {
	for _, w := range []int{140, 80, 60} {
		h := newHome(t, bare())
		h.View(w, 24)
		got, ok := said(press(h, enter)).(deps.ShowProcedure)
		if !ok || got.ID != "rollback" || got.Params["service"] != (steps.Value{Kind: steps.KindService, Text: "jaja-backend"}) {
			t.Errorf("at %d columns enter says %#v", w, got)
		}
	}
}

func TestDownLeadsToRunsAndThenToProcedures(t *testing.T) {
	h := newHome(t, bare())
	h.View(140, 40)
	press(h, down)
	h.View(140, 40)
	if got, ok := said(press(h, enter)).(deps.OpenRun); !ok || got.ID != "1121-4" {
		t.Fatalf("the unknown outcome is not next: %#v", got)
	}
	h.Update(deps.Returned{Text: "Run 1121-4 is kept. Back with: runbook resume 1121-4"})
	if got := ansi.Strip(h.View(140, 40)); !strings.Contains(got, "═ Run 1121-4 is kept ═") {
		t.Error("what was said on leaving does not stand in the border")
	}
	for range 3 {
		press(h, down)
		h.View(140, 40)
	}
	if h.focus != panelProcedures {
		t.Fatalf("past the last row the focus is on %d", h.focus)
	}
	if got, ok := said(press(h, enter)).(deps.ShowProcedure); !ok || got.ID != "pre-deploy" {
		t.Errorf("enter says %#v", got)
	}
	press(h, right)
	h.View(140, 40)
	if r := h.list.Current(); r == nil || !strings.HasPrefix(r.ID, "proc:restore") {
		t.Errorf("right goes to %v", r)
	}
}

func TestARunThatSomebodyHoldsIsNotOpened(t *testing.T) {
	h := newHome(t, bare())
	h.Update(loaded{procs: procedures(), runs: []steps.RunSummary{{ID: "1123-9", Procedure: "rollback", Title: "Roll back", Environment: "production", State: steps.RunRunning, Held: true, Holder: "kim on desk-3", Updated: at, Number: 2, Total: 4}}})
	h.snap.Problems = nil
	h.View(80, 24)
	if msg := said(press(h, enter)); msg != nil {
		t.Fatalf("enter says %#v", msg)
	}
	if got := ansi.Strip(h.View(80, 24)); !strings.Contains(got, "held by kim on desk-3") {
		t.Errorf("why is not said:\n%s", got)
	}
}

func TestGroupsOpenInTheirPlaceAndEscCloses(t *testing.T) {
	h := newHome(t, bare())
	h.View(80, 24)
	press(h, tea.KeyPressMsg{Code: '1', Text: "1"})
	for range 3 {
		h.View(80, 24)
		press(h, down)
	}
	h.View(80, 24)
	if msg := said(press(h, enter)); msg != nil {
		t.Fatalf("opening a group says %#v", msg)
	}
	got := ansi.Strip(h.View(80, 24))
	if !strings.Contains(got, "1 Procedures · Roll back") || !strings.Contains(got, "By migration") {
		t.Fatalf("the group is not open:\n%s", got)
	}
	press(h, down)
	h.View(80, 24)
	if got, ok := said(press(h, enter)).(deps.ShowProcedure); !ok || got.ID != "rollback-commit" {
		t.Errorf("enter says %#v", got)
	}
	press(h, esc)
	h.View(80, 24)
	if r := h.list.Current(); h.group != "" || r == nil || r.ID != "group:Roll back" {
		t.Errorf("esc leaves group %q and the cursor on %v", h.group, r)
	}
	for range 5 {
		if msg := said(press(h, esc)); msg != nil {
			t.Fatalf("esc leaves the program: %#v", msg)
		}
	}
}

func TestFindingAProcedure(t *testing.T) {
	for _, w := range []int{140, 80} {
		h := newHome(t, bare())
		h.View(w, 24)
		press(h, tea.KeyPressMsg{Code: '/', Text: "/"})
		if !h.Typing() {
			t.Fatal("the line has not the keys")
		}
		for _, k := range letters("q point") { // q types
			press(h, k)
		}
		press(h, tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl})
		for _, k := range letters("time point") {
			press(h, k)
		}
		got := ansi.Strip(h.View(w, 24))
		if !strings.Contains(got, "1 of 18") || !strings.Contains(got, "› To a point in time") || h.Cursor() == nil {
			t.Fatalf("at %d columns:\n%s", w, got)
		}
		if msg, ok := said(press(h, enter)).(deps.ShowProcedure); !ok || msg.ID != "restore-point-in-time" || h.Typing() {
			t.Errorf("enter says %#v", msg)
		}
	}
}

// What comes from outside must not move the terminal, and secrets are masked.
func TestOutsideTextIsEscapedAndMasked(t *testing.T) {
	h := newHome(t, bare())
	h.d.Mask = masker{}
	s := snapshot()
	s.Problems = []status.Problem{{Severity: status.Fault, Summary: "a \x1b[2J\u202e hunter2 line", Meaning: "m\nn"}}
	h.Update(deps.Snapshot{Snapshot: s})
	got := h.View(80, 24)
	if strings.Contains(got, "\x1b[2J") || strings.Contains(got, "\u202e") || strings.Contains(got, "hunter2") || !strings.Contains(got, `\x1b[2J`) {
		t.Errorf("shown as it came:\n%q", got)
	}
}

type masker struct{}

func (masker) Mask(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }
func (masker) Holds(string) bool    { return false }

func TestWhatIsNotKnownIsNotShown(t *testing.T) {
	h := newHome(t, bare())
	h.snap = nil
	got := ansi.Strip(h.View(140, 40))
	for _, not := range []string{"RUNNING", "checked", "problem", "No problem"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is shown before the first look", not)
		}
	}
	if !strings.Contains(got, "looking for the first time") {
		t.Error("it does not say that it looks")
	}
}

func TestStaleFiguresSaySo(t *testing.T) {
	h := newHome(t, bare())
	s := snapshot()
	s.Services[0].State.At = at.Add(-4 * 60e9)
	s.Services[0].State.Err = &steps.Error{Code: steps.CodeThrottled}
	s.Database = status.Figure[cloud.Database]{Err: &steps.Error{Code: steps.CodeCredentials}}
	h.Update(deps.Snapshot{Snapshot: s})
	got := ansi.Strip(h.View(140, 40))
	for _, want := range []string{"! State · stale 4 min", "(RUNNING  v13  backend.13)", "? not known: no login"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

func TestKeysOfOtherPanelsAndMouse(t *testing.T) {
	h := newHome(t, bare())
	h.View(80, 24)
	press(h, tea.KeyPressMsg{Code: '3', Text: "3"})
	if got := ansi.Strip(h.View(80, 24)); !strings.Contains(got, "restorable to") {
		t.Errorf("3 does not open the state:\n%s", got)
	}
	press(h, esc)
	h.View(80, 24)
	if h.focus != panelNow {
		t.Error("esc does not come back")
	}
	h.Update(tea.MouseClickMsg{X: 5, Y: 11, Button: tea.MouseLeft})
	h.View(80, 24)
	if r := h.list.Current(); h.focus != panelProcedures || r == nil || r.ID != "group:Deploy" {
		t.Errorf("a click on the second group selects %v", h.list.Current())
	}
	if !h.Keys().Get(keys.Quit).On() || h.Keys().Get(keys.CardID).On() {
		t.Error("the wrong keys answer")
	}
	press(h, tea.KeyPressMsg{Code: 'H', Text: "H"})
	if !strings.Contains(h.message, "no run is on this screen") {
		t.Errorf("a key that does nothing says %q", h.message)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		query, text string
		ok          bool
	}{
		{"", "anything", true}, {"rbk img", "Roll back by image rollback-image", true}, {"image roll", "Roll back by image", true}, {"xyz", "Roll back", false}, {"im", "UTC or local time", true}, {"ro", "Read the log of a container", false}, {"ROLL", "roll back", true},
	} {
		if _, ok := Match(c.query, c.text); ok != c.ok {
			t.Errorf("%q in %q: %v", c.query, c.text, ok)
		}
	}
	whole, _ := Match("roll", "roll back")
	scattered, _ := Match("roll", "recover of all loads")
	if whole <= scattered {
		t.Errorf("a whole word scores %d, scattered letters %d", whole, scattered)
	}
}
